"""The API's look-ups of aid."""
