"""The API's desks."""
