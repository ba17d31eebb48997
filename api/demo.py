"""First sign-ins: demo accounts of a synthetic park, the keeper's first password elsewhere.

Takes an open store and a park file, gives what the command line prints. A synthetic park gets one
account per role with fresh random passwords at every start, so that none is ever written down. A
real park gets a keeper once, at the first start; the password is shown that one time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.auth import new_user
from api.passwords import random_password
from geo_risk.records import Actor, Role
from geo_risk.store import Query

if TYPE_CHECKING:
    from datetime import datetime

    from geo_risk.park import ParkFile
    from geo_risk.store import Store

KEEPER = "keeper"
_ACTOR = Actor(id="cli", role=Role.KEEPER, door="cli")
_DEMO_ROLES = (
    Role.CHIEF,
    Role.OFFICER,
    Role.CLERK,
    Role.MEDIATOR,
    Role.ENTERPRISE,
    Role.VOLUNTEER,
    Role.ANALYST,
    Role.PORTAL,
    Role.KEEPER,
)


@dataclass(frozen=True)
class Login:
    """One sign-in to print: role, name, password, and what it is for in Chinese."""

    role: Role
    name: str
    password: str
    note: str


_NOTES = {
    Role.CHIEF: "站长",
    Role.OFFICER: "企业警长",
    Role.CLERK: "内勤",
    Role.MEDIATOR: "调解员",
    Role.ENTERPRISE: "企业联系人",
    Role.VOLUNTEER: "志愿者",
    Role.ANALYST: "分析员",
    Role.PORTAL: "门户编辑",
    Role.KEEPER: "系统管理员",
}


def first_logins(store: Store, park: ParkFile, now: datetime) -> list[Login]:
    """Give the sign-ins to print when the service starts.

    Parameters
    ----------
    store
        The park's store, open.
    park
        Says whether the park is synthetic.
    now
        When the accounts are made.

    Returns
    -------
    list of Login
        One per role where the park is synthetic; the keeper's at the first start of a real one;
        else none.
    """
    if park.park.synthetic:
        return demo_logins(store, now)
    if any(user.role is Role.KEEPER for user in store.users()):
        return []
    password = random_password()
    keeper = new_user(KEEPER, password, Role.KEEPER, now, user_id=KEEPER)
    store.put_user(keeper, actor=_ACTOR, at=now)
    return [Login(Role.KEEPER, KEEPER, password, _NOTES[Role.KEEPER])]


def demo_logins(store: Store, now: datetime) -> list[Login]:
    """Give every role an account with a fresh password; only ever for a synthetic park."""
    zone = _first_id(store, "zones")
    enterprise = _first_id(store, "enterprises")
    logins = []
    for role in _DEMO_ROLES:
        password = random_password()
        user = new_user(
            role.value,
            password,
            role,
            now,
            zone_ids=(zone,) if role is Role.OFFICER and zone else (),
            enterprise_id=enterprise if role is Role.ENTERPRISE else None,
            user_id=f"demo-{role.value}",
        )
        store.put_user(user, actor=_ACTOR, at=now)
        logins.append(Login(role, role.value, password, _NOTES[role]))
    return logins


def _first_id(store: Store, collection: str) -> str | None:
    found = store.find(Query(collection=collection, limit=1), actor=_ACTOR)
    return found[0].record.id if found else None
