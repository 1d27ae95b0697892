"""The API's members."""
