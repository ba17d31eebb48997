"""Alembic's scripts: frozen steps from one schema to the next; see `geo_risk.store.migrate`."""
