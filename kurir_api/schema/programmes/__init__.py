"""The API's programmes."""
