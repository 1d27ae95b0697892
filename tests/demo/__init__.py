"""Tests of the demo and of the places it stands on."""
