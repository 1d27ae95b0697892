"""The API's referrals."""
