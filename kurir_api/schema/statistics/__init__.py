"""The API's statistics."""
