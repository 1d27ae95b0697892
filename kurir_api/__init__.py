"""Kurir: accompanying poor, chronically ill people before, during and after hospital."""
