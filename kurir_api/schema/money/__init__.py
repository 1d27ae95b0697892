"""The API's a member's own money."""
