"""The API's tasks."""
