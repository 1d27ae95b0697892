"""What partners and members did and spent."""
