"""How often who may ask, counted over all processes."""

from kurir_api.limiter.counts import Counts, clear_counts
from kurir_api.limiter.limiter import Limiter

__all__ = ["Counts", "Limiter", "clear_counts"]
