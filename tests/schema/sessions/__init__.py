"""Sessions through the API."""
