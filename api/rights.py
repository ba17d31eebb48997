"""Who may ask what: every address of the service by role, for the docs and for the matrix test.

Gives method and address to the roles that are answered, for every record or for their own only.
Pages that are read stand in `maps.menu`, of which the menu is drawn; all else stands here. Nothing
is decided by this table: `audience`, the doors of records and each product's own rules decide, and
a test asks every address as every role and fails where this table says otherwise.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from geo_risk.records import Role
from maps.menu import DESK, EVERYBODY, HEADS, PAGES, STAFF, STATION, Reader


@dataclass(frozen=True)
class Right:
    """Who is answered: for every record, and for its own only."""

    all: Collection[Reader] = frozenset()
    own: Collection[Reader] = frozenset()


_OFFICER, _CLERK, _CHIEF = {Role.OFFICER}, {Role.CLERK}, {Role.CHIEF}
_MEDIATOR, _ANALYST = {Role.MEDIATOR}, {Role.ANALYST}
_ENTERPRISE, _VOLUNTEER, _KEEPER = {Role.ENTERPRISE}, {Role.VOLUNTEER}, {Role.KEEPER}
_WORKERS = {Role.OFFICER, Role.CLERK, Role.CHIEF}

_TABLE: tuple[tuple[Right, str], ...] = (
    (
        Right(EVERYBODY),
        """
        GET /healthz
        GET /readyz
        GET /ogc/
        GET /ogc/conformance
        GET /ogc/collections
        GET /v1/index
        GET /v1/index/{month}/bulletin
        GET /v1/surfaces
        GET /v1/map
        GET /v1/live
        GET /offline
        GET /oembed
        GET /embed/{token}
        GET /embed/{token}.csv
        GET /embed/{token}.png
        GET /embeds/method
        GET /receipt/{secret}
        POST /receipt/{secret}
        POST /login
        POST /logout
        """,
    ),
    (
        Right(STATION, _ENTERPRISE),
        """
        GET /ogc/collections/{collection_id}
        GET /ogc/collections/{collection_id}/queryables
        GET /ogc/collections/{collection_id}/items
        GET /ogc/collections/{collection_id}/items/{feature_id}
        GET /ogc/collections/premises/items/{feature_id}
        """,
    ),
    (
        Right(STATION - _MEDIATOR, _MEDIATOR | _ENTERPRISE | _VOLUNTEER),
        """
        GET /ogc/collections/reports/items
        GET /v1/reports/{report_id}/transitions
        """,
    ),
    (Right(STATION - _MEDIATOR, _ENTERPRISE), "GET /ogc/collections/visits/items"),
    (
        Right(STAFF, _MEDIATOR | _ENTERPRISE | _VOLUNTEER),
        """
        GET /v1/reports/{report_id}/photos
        GET /v1/reports/{report_id}/photos/{photo_id}
        """,
    ),
    (
        Right(STATION - _MEDIATOR, _MEDIATOR),
        """
        GET /v1/cases
        GET /v1/cases/figures
        GET /v1/map/reports
        """,
    ),
    (
        Right(STATION),
        """
        GET /v1/surfaces/{surface_id}
        GET /v1/surfaces/{surface_id}/value
        GET /v1/surfaces/{surface_id}/explain
        GET /v1/surfaces/{surface_id}/zones
        GET /v1/surfaces/{surface_id}/scorecard
        GET /v1/surfaces/{surface_id}/coverage.tif
        GET /tiles/{surface}/{z}/{x}/{y}.png
        GET /v1/premises/unlocated
        GET /v1/map/find
        GET /metrics
        GET /v1/services/figures
        GET /v1/imports
        GET /v1/stations/coverage
        """,
    ),
    (
        Right(STATION - _MEDIATOR, _ENTERPRISE),
        """
        GET /v1/declarations
        GET /v1/orders
        GET /v1/orders/{order_id}
        """,
    ),
    (Right(STAFF, _ENTERPRISE), "GET /ogc/collections/guidance/items"),
    (Right(STAFF), "GET /ogc/collections/campaigns/items"),
    (Right(STAFF | _ANALYST), "GET /ogc/collections/services/items"),
    (
        Right(STAFF),
        """
        GET /v1/cases/duplicates
        GET /v1/field/day
        GET /v1/index/weights
        GET /v1/index/weights/{weights_id}/moves
        GET /v1/index/{month}/preview
        GET /v1/imports/{source}/rejects.xlsx
        GET /v1/flags
        GET /v1/slips/batch.html
        GET /v1/slips/batch.pdf
        POST /v1/slips/{slip_id}/link
        """,
    ),
    (
        Right(own=STAFF),
        """
        POST /v1/flags/{flag_id}/answer
        POST /doubts/{flag_id}
        """,
    ),
    (
        Right(STAFF, _ENTERPRISE),
        """
        GET /v1/index/{month}
        GET /v1/slips
        GET /v1/slips/{slip_id}
        GET /v1/slips/{slip_id}.html
        GET /v1/slips/{slip_id}.pdf
        GET /v1/slips/{slip_id}/transitions
        """,
    ),
    (
        Right(STAFF | _ANALYST),
        """
        GET /v1/plan
        GET /v1/plan/{week}
        """,
    ),
    (Right(DESK | _ANALYST), "GET /v1/plan/prevalence"),
    (
        Right(DESK, _OFFICER),
        """
        GET /v1/plan/{week}/sheet.html
        GET /v1/plan/{week}/officers/{officer_id}
        GET /v1/plan/{week}/officers/{officer_id}/calendar.ics
        GET /v1/plan/{week}/officers/{officer_id}/track.gpx
        GET /v1/plan/{week}/officers/{officer_id}/sheet.html
        POST /v1/plan/{week}/changes
        POST /v1/plan/{week}/visits/{visit_id}/confirm
        POST /today/confirm
        POST /today/late
        """,
    ),
    (
        Right(DESK),
        """
        GET /v1/jobs/{job_id}
        GET /v1/jobs/{job_id}/rejects.xlsx
        DELETE /v1/jobs/{job_id}
        POST /v1/imports
        POST /imports
        POST /imports/{job_id}
        GET /v1/channels
        GET /v1/channels/{channel}/outbox
        GET /v1/channels/{channel}/reconciliation
        POST /v1/channels/{channel}/acknowledged
        POST /v1/channels/{channel}/reconciliation
        POST /plan/absence
        POST /plan/move
        POST /plan/undo
        """,
    ),
    (
        Right(HEADS),
        """
        GET /v1/zones/rebalance
        GET /v1/stations/site
        POST /v1/plan
        POST /plan
        POST /plan/cancel
        POST /v1/index/weights
        POST /v1/index/weights/{weights_id}/sign
        POST /v1/index/{month}/publish
        POST /v1/index/{month}/revisions
        POST /index/{month}/publish
        POST /index/{month}/correct
        GET /v1/embeds
        POST /v1/embeds
        DELETE /v1/embeds/{embed_id}
        POST /embeds
        POST /embeds/{embed_id}/revoke
        """,
    ),
    (
        Right(_CHIEF),
        """
        POST /v1/flags/{flag_id}/settle
        POST /v1/slips/draw
        POST /slips/draw
        """,
    ),
    (
        Right(_KEEPER),
        """
        POST /users
        POST /users/{user_id}
        POST /tokens
        POST /tokens/{token_id}
        """,
    ),
    (
        Right(_WORKERS, _ENTERPRISE),
        """
        POST /slips/{slip_id}
        POST /v1/slips/{slip_id}/transitions
        POST /orders/{order_id}
        POST /v1/orders/{order_id}/transitions
        """,
    ),
    (
        Right(_WORKERS, _MEDIATOR | _ENTERPRISE),
        """
        POST /cases/{case_id}
        POST /v1/reports/{report_id}/transitions
        """,
    ),
    (
        Right(_CLERK, _ENTERPRISE),
        """
        POST /declare
        POST /v1/declarations
        POST /orders
        POST /v1/orders
        """,
    ),
    (
        Right(_OFFICER | _CHIEF),
        """
        POST /v1/field/visits
        POST /v1/field/visits/{visit_id}/undo
        POST /visit/{premises_id}
        POST /visit/{premises_id}/undo
        """,
    ),
    (
        Right(_OFFICER | _CLERK),
        """
        POST /stations
        POST /ogc/collections/services/items
        """,
    ),
    (
        Right(_CLERK),
        """
        POST /campaigns
        POST /ogc/collections/campaigns/items
        """,
    ),
    (
        Right(_OFFICER),
        """
        POST /guidance
        POST /ogc/collections/guidance/items
        """,
    ),
    (Right(_WORKERS), "POST /guidance/{guidance_id}"),
    (Right(_OFFICER | _CHIEF), "POST /v1/declarations/{declaration_id}/verify"),
    (Right(own=_ENTERPRISE | _VOLUNTEER), "POST /report"),
    (
        Right(_OFFICER | _CLERK, _ENTERPRISE | _VOLUNTEER),
        """
        POST /ogc/collections/reports/items
        POST /v1/reports/{report_id}/photos
        """,
    ),
    (Right(_OFFICER), "POST /ogc/collections/visits/items"),
    (Right(_OFFICER | _CLERK), "PATCH /ogc/collections/premises/items/{feature_id}"),
)
"""Groups of addresses with one answer to who may ask. A new address gets its line in one."""


def rights() -> dict[str, Right]:
    """Give who may ask every address: `METHOD /address`, as /openapi.json has it, to its right."""
    found = {f"GET {one.path}": Right(one.all, one.own) for one in PAGES}
    for right, operations in _TABLE:
        found |= {line.strip(): right for line in operations.strip().splitlines()}
    return found
