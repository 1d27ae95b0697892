"""Signing in without Firebase: codes by text message, sessions with refresh tokens, and how they end."""
