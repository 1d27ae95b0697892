"""Looking up which aid a person gets."""
