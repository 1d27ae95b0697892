"""Signing in over HTTP, beside GraphQL: OAuth 2.0's token endpoint (RFC 6749 sections 5 and 6) and revocation (RFC
7009), and the code that goes to the phone before it.
"""

from kurir_api.signin.routes import sign_in_routes

__all__ = ["sign_in_routes"]
