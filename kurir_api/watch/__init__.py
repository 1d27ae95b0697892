"""What an operator's tools ask: /health/live, /health/ready, /metrics. And what is told of every request."""

from kurir_api.watch.health import health_routes
from kurir_api.watch.metrics import metrics_routes
from kurir_api.watch.requests import Watched

__all__ = ["Watched", "health_routes", "metrics_routes"]
