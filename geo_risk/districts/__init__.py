"""Zones balanced by workload, and where a station helps most: proposals, never applied here."""
