"""Measurements, each against something bare in the same run; see README.md in this folder."""
