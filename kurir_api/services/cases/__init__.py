"""Use cases of cases and their patients."""
