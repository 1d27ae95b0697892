"""The API's `changes`."""
