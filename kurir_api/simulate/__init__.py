"""A regency on a virtual clock: the engine's own rules, ranking and policies over invented people and needs."""
