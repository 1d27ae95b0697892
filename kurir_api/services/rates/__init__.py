"""Use cases of rates: what a regency covers."""
