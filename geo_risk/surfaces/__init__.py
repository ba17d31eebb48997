"""Surfaces: what is estimated from events and places, cell by cell."""
