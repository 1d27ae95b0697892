"""Use cases of a member's own money."""
