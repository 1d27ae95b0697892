"""Messages from providers: POST /intake/{channel}. A channel is a file in `channels`."""

from kurir_api.intake.routes import intake_routes

__all__ = ["intake_routes"]
