"""The GraphQL schema and the ways it is served."""
