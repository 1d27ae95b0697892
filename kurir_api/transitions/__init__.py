"""States as data: the table of moves, and the one function that makes them."""

from kurir_api.transitions.move import join_case, move, record
from kurir_api.transitions.table import LIVE_EVENTS, MACHINES, LiveEvent, Transition, Who

__all__ = ["LIVE_EVENTS", "MACHINES", "LiveEvent", "Transition", "Who", "join_case", "move", "record"]
