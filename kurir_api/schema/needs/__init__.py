"""The API's needs and pledges."""
