"""Use cases of text messages that members send."""
