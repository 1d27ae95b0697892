"""The API's reports."""
