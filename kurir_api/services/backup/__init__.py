"""Backups: all that an office keeps, in one file that only a key kept elsewhere opens."""
