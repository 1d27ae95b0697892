"""Use cases of referrals: a patient's need handed to the programme that owns it."""
