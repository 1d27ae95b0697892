"""The API's contributions."""
