"""A regency to try Kurir on: Banyumas's real places, invented people, and a walk through the main job."""
