"""The log of accesses, as resolvers meet it."""
