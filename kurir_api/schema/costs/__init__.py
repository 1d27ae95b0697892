"""The API's costs."""
