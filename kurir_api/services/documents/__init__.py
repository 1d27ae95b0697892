"""Documents that people keep, sign and show: a partner's statement, a member's year."""
