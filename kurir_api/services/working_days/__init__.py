"""Days on which offices work, and times reckoned in them."""
