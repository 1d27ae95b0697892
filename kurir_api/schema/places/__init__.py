"""The API's places."""
