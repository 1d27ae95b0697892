"""The API's alarms."""
