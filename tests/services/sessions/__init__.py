"""Sessions and how they end."""
