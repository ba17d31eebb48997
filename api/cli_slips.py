"""`geo-risk slips` and `geo-risk declarations`: what there is of a month, drawing up, printing.

Takes a park file and a month, prints a table; `--draw` draws slips up as drafts, `--out` writes the
issued ones as one PDF. A slip is issued by a named chief in the service, never
here. The keeper runs commands; what is read with names is audited.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer

from api.audience import sight_of
from api.cli_park import open_workspace
from api.cli_session import (
    KEEPER,
    OUT,
    JsonOption,
    ParkArgument,
    made_by,
    now,
    print_table,
    write_json,
)
from api.slip_views import counts_of, find_slips, sheet_view, slip_rows
from geo_risk import monthly, slipbook
from geo_risk.declarations import state_of
from geo_risk.errors import InputError
from geo_risk.records import Audience, Declaration
from geo_risk.settings import Settings
from geo_risk.slips import SENT, UNDER_WAY
from geo_risk.store import Query
from geo_risk.workspace import Workspace
from maps.slip_sheet import slip_pdf
from maps.views import Frame

MonthOption = Annotated[
    str, typer.Option("--month", metavar="YYYY-MM", help="Which month.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add this topic's commands."""
    app.command()(slips)
    app.command()(declarations)


def slips(
    park: ParkArgument,
    month: MonthOption,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="F.pdf",
            help="Print the issued ones, a page each.",
            show_default=False,
        ),
    ] = None,
    json_file: JsonOption = None,
    *,
    draw: Annotated[
        bool, typer.Option("--draw", help="Draw them up as drafts; the month must be frozen.")
    ] = False,
) -> None:
    """List the reminder slips (提醒单) of a month; draw them up; print the issued ones."""
    monthly.check_month(month)
    with open_workspace(park) as workspace:
        store, moment, sight = workspace.store, now(), sight_of(KEEPER)
        drawn = None
        if draw:
            drawn = slipbook.draw(store, workspace.park, month, actor=KEEPER, at=moment)
            OUT.print(f"drawn: {len(drawn.slip_ids)}; slip already: {len(drawn.already)}")
            if drawn.needs_visit:
                named = ", ".join(drawn.needs_visit)
                OUT.print(f"seen by nobody yet, to be visited first: {named}", markup=False)
        found = find_slips(store, sight, month, None, None)
        rows = slip_rows(found, sight, store)
        if out is not None:
            _print_to(out, workspace, month)
    counts = counts_of(rows)
    OUT.print(", ".join(f"{state} {n}" for state, n in counts.items() if n) or "no slips")
    print_table(
        ("slip", "number", "enterprise", "basis", "state", "reasons"),
        [
            (
                row["id"],
                row["slip_no"],
                row["enterprise_id"],
                row["basis"],
                row["state"],
                ", ".join(row["reasons"]),
            )
            for row in rows
        ],
    )
    if json_file is not None:
        words = ("id", "slip_no", "enterprise_id", "month", "basis", "state", "reasons", "item_ids")
        plain = [{name: row[name] for name in words} for row in rows]
        write_json(json_file, {"month": month, "counts": counts, "slips": plain})


def declarations(park: ParkArgument, month: MonthOption, json_file: JsonOption = None) -> None:
    """List what was declared (自治申报) for a month, and how much of it is verified."""
    monthly.check_month(month)
    with open_workspace(park) as workspace:
        query = Query("declarations", filters={"month": month})
        found = workspace.store.find(query, actor=KEEPER)
    rows = [
        {
            "id": one.id,
            "enterprise_id": one.enterprise_id,
            "indicator": one.indicator,
            "have": one.have,
            "need": one.need,
            "state": state_of(one),
        }
        for one in (stored.record for stored in found)
        if isinstance(one, Declaration)
    ]
    verified = sum(row["state"] == "verified" for row in rows)
    OUT.print(f"{month}: {len(rows):,} declared, {verified:,} verified", markup=False)
    indicators = sorted({str(row["indicator"]) for row in rows})
    print_table(
        ("indicator", "declared", "verified"),
        [
            (
                name,
                sum(row["indicator"] == name for row in rows),
                sum(row["indicator"] == name and row["state"] == "verified" for row in rows),
            )
            for name in indicators
        ],
    )
    if json_file is not None:
        write_json(json_file, {"month": month, "declarations": rows})


def _print_to(out: Path, workspace: Workspace, month: str) -> None:
    """Write the issued slips of a month as one file; a QR code where the service's name is set."""
    if out.suffix != ".pdf":
        raise InputError(f"{out.name} is no .pdf.", "Name a file that ends in .pdf.")
    park, store, moment, sight = workspace.park, workspace.store, now(), sight_of(KEEPER)
    base = Settings().public_url.rstrip("/")
    views = []
    for stored in find_slips(store, sight, month, None, None):
        if stored.record.state not in SENT:
            continue
        link = ""
        if base and stored.record.state in UNDER_WAY:
            secret = secrets.token_urlsafe(24)
            slipbook.make_link(store, stored.record, secret, at=moment)
            link = f"{base}/receipt/{secret}"
        views.append(sheet_view(store, park, sight, stored, link))
    frame = Frame(
        park.park.name,
        park.zone,
        synthetic=park.park.synthetic,
        audience=Audience.STATION,
        user=made_by(),
    )
    views.sort(key=lambda one: (len(one.slip_no), one.slip_no))
    out.write_bytes(slip_pdf(frame, "zh", views))
    store.audit(KEEPER, "export", f"slips/{month}", moment, count=len(views))
    OUT.print(f"written: {out} ({len(views)} pages)", markup=False)
