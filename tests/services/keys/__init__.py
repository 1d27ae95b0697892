"""Changing the office's keys."""
