"""A chief to ask a served park as, for benchmarks that go through HTTP."""

from __future__ import annotations

from datetime import datetime

from api.auth import new_token
from api.demo import demo_logins
from geo_risk.records import Actor, Role
from geo_risk.store import Store

_KEEPER = Actor(id="bench", role=Role.KEEPER, door="cli")


def chief_token(store: Store, at: datetime) -> str:
    """Make the sample's accounts; give a bearer token of its chief."""
    demo_logins(store, at)
    chief = store.user_by_name("chief")
    if chief is None:
        raise LookupError("chief")
    secret, token = new_token("bench", chief.role, at, user=chief)
    store.put_token(token, actor=_KEEPER, at=at)
    return secret
