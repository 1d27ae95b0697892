"""The API's receipts."""
