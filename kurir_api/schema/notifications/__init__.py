"""The API's notifications."""
