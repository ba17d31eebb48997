"""Serve a park as a process of its own, for tests: prints one JSON line, then answers.

`python tests/live/serve_park.py PARK.toml STATE_DIR [STORE_URL [MOMENT]]`. The line holds the port
(a free one), this process's id, a sign-in and a bearer token for every role. With a moment its
clock stands still there.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from pathlib import Path

import uvicorn

from api.app import create_app, utc_now
from api.auth import new_token
from api.cli_serve import GOODBYE_S, listen
from api.demo import demo_logins
from geo_risk.park import ParkFile, read_park
from geo_risk.records import Actor, Role
from geo_risk.settings import Settings
from geo_risk.store import Store, open_store

_KEEPER = Actor(id="tests", role=Role.KEEPER, door="cli")


def main(park_file: str, state: str, store_url: str = "", moment: str = "") -> None:
    stands = datetime.fromisoformat(moment) if moment else None
    clock = utc_now if stands is None else lambda: stands
    settings = Settings(state=Path(state), store_url=store_url, log_level="warning")
    park = read_park(park_file, settings.shared_data)
    with listen("127.0.0.1", 0) as listening:
        line = {
            "port": listening.getsockname()[1],
            "pid": os.getpid(),
            **_accounts(settings, park, clock()),
        }
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        config = uvicorn.Config(
            create_app(settings, park, clock),
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=GOODBYE_S,
        )
        uvicorn.Server(config).run(sockets=[listening])


def _accounts(settings: Settings, park: ParkFile, now: datetime) -> dict[str, dict[str, object]]:
    url, folder = settings.url_of_store(park), settings.state_dir(park)
    with open_store(url, park_id=park.park.id, state_dir=folder) as store:
        logins = demo_logins(store, now)
        return {
            "logins": {one.role.value: [one.name, one.password] for one in logins},
            "tokens": {one.role.value: _token(store, one.name, now) for one in logins},
        }


def _token(store: Store, name: str, now: datetime) -> str:
    user = store.user_by_name(name)
    if user is None:
        raise LookupError(name)
    secret, token = new_token(f"tests {name}", user.role, now, user=user)
    store.put_token(token, actor=_KEEPER, at=now)
    return secret


if __name__ == "__main__":
    main(*sys.argv[1:])
