"""The documents that the office's own apps send, and in production nobody else's."""
