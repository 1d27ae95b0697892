"""Programmes of other agencies, as data."""
