"""Desks: who answers for reports, cases and referrals, from the village up to the regency."""
