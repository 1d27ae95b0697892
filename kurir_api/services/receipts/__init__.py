"""Receipts: taken in, cleaned, kept, given to costs, and swept away when nobody used them."""
