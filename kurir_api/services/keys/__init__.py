"""Changing the office's keys: docs/keys.md says in which order."""
