"""Use cases of tasks that come again by a rule."""
