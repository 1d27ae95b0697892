"""Use cases of needs and pledges."""
