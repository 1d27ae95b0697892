"""Family links."""
