"""The API's rates: what a regency covers."""
