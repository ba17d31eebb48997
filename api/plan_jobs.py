"""A visit plan made by a process of its own: it tells how far it is, and can be called off.

Called off, nothing is kept: the plan before stands.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from api.jobs import DONE, FAILED, RUNNING, Job, heed_cancel, write_job
from geo_risk import planbook
from geo_risk.errors import GeoRiskError
from geo_risk.park import read_park
from geo_risk.planbook.request import request_from
from geo_risk.records import Actor, Role
from geo_risk.settings import Settings
from geo_risk.store import open_store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path


def make_plan(
    settings: dict[str, Any],
    park_file: Path,
    folder: Path,
    job: Job,
    request: Mapping[str, Any],
    told: tuple[str, str, str],
    now: datetime,
) -> None:
    """Make one plan, and write down what came of it.

    Parameters
    ----------
    settings, park_file, folder, job
        As `Jobs.launch` gives them.
    request
        As `planbook.request_plain` gives it.
    told
        Id, role and door of who asks.
    now
        When it was asked for.
    """
    warnings.simplefilter("ignore")
    running = replace(job, state=RUNNING)
    write_job(folder, running)
    heed_cancel(folder, running)

    def progress(share: float) -> None:
        nonlocal running
        percent = min(99, int(100 * share))
        if percent > running.percent:
            running = replace(running, percent=percent)
            write_job(folder, running)

    own = Settings(**settings)
    try:
        park = read_park(park_file, own.shared_data)
        actor = Actor(id=told[0], role=Role(told[1]), door=told[2])
        state_dir = own.state_dir(park)
        with open_store(own.url_of_store(park), park_id=park.park.id, state_dir=state_dir) as store:
            plan = planbook.make_week(
                store,
                park,
                store.publication(),
                request_from(request),
                actor=actor,
                now=now,
                progress=progress,
            )
            moves = planbook.moves_of(store, park, plan)
    except GeoRiskError as error:
        write_job(folder, replace(running, state=FAILED, error=error.message, hint=error.hint))
        return
    except Exception as error:  # noqa: BLE001  # whatever it was, the job must not hang
        said = f"{type(error).__name__}: {error}"
        write_job(folder, replace(running, state=FAILED, error=said, hint="Tell the keeper."))
        return
    counts = {
        "visits": len(plan.visits),
        "left_out": len(plan.left_out),
        "moves_kept": sum(one.kept for one in moves),
        "moves_not_kept": sum(not one.kept for one in moves),
    }
    write_job(folder, replace(running, state=DONE, percent=100, counts=counts))
