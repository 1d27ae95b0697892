"""The log of who read and wrote what of a patient."""

from kurir_api.services.accesses.noting import Subject, Whom, accounted, note, note_root
from kurir_api.services.accesses.subjects import subjects_of

__all__ = ["Subject", "Whom", "accounted", "note", "note_root", "subjects_of"]
