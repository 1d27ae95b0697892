"""The API's tasks that come again."""
