"""The API's reachability drills."""
