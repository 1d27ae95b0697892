"""The API's consent."""
