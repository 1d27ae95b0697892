"""How the office does, for whoever keeps it running."""
