"""Use cases of reachability drills."""
