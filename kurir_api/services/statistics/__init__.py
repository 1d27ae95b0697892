"""What the office, its partners and its members do and spend, counted."""
