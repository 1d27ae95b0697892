"""The social registry: people, their decile and the aid they get."""

from kurir_api.services.imports.base import WholeFile
from kurir_api.services.registry.import_register import import_register
from kurir_api.services.registry.lines import COLUMNS

KIND = WholeFile(columns=COLUMNS, run=import_register)
