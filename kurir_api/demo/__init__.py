"""Two regencies to try Kurir on: real places, invented people, and a walk through the main job and the desk's."""
