"""Signing in over HTTP with Kurir's own tokens."""
