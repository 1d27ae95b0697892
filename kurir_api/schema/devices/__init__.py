"""The API's devices."""
