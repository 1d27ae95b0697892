"""Use cases of the conversations with those who ask for help."""
