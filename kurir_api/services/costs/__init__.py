"""Use cases of costs."""
