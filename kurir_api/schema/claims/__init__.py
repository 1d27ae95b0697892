"""The API's claims."""
