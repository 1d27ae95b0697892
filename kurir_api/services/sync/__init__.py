"""What phones keep, and how they learn what changed."""
