"""The API's cases."""
