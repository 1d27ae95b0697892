"""Who is calling: bearer tokens, and the Principal they stand for."""

from kurir_api.auth.principal import Principal, Scope, principal_of_member, principal_of_phone
from kurir_api.auth.tokens import Authenticator, issue_token

__all__ = ["Authenticator", "Principal", "Scope", "issue_token", "principal_of_member", "principal_of_phone"]
