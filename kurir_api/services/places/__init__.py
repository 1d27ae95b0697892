"""Reference data of places: regions and facilities, as any office needs them."""
