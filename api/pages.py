"""What the console's pages are handed: frames and rows, filled for one reader.

Takes the service, what is shown and a `Sight`, gives the frozen values of `maps.views`. Pages show
what is in them and ask no further, so everything here is cut already. A page of a long table is
read, never the whole table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from api.board import Board
from api.figures import CLASS_NAMES
from api.passwords import form_mark
from api.reading import names_of
from api.service import board_of
from api.unlocated import unlocated_rows
from geo_risk.published import RiskClass
from geo_risk.records import Enterprise, Premises
from maps.basemap import online_base
from maps.views import EnterpriseRow, Frame, MapView, MomentView, SourceRow, UnlocatedRow, ZoneRow
from maps.words import surface_title

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from fastapi import Request

    from api.audience import Sight
    from api.auth import Identity
    from api.service import Service
    from api.shown import Shown
    from geo_risk.published import PremisesSummary

_CLASSES = {name: risk_class for risk_class, name in CLASS_NAMES.items()}


@dataclass(frozen=True)
class Pages:
    """Fills pages for one request.

    Parameters
    ----------
    service, shown
        The running service; what it shows.
    identity, sight
        Who asks, and what that reader may see.
    now
        Time of the request.
    path
        Path and query of the page, for the language switch.
    """

    service: Service
    shown: Shown
    identity: Identity
    sight: Sight
    now: datetime
    path: str

    def frame(self, mark: str = "") -> Frame:
        """Give what every page shows around its content.

        Parameters
        ----------
        mark
            The form's mark where there is no session yet.
        """
        park, rules = self.service.park, self.service.park.map
        secret = self.identity.session_secret
        return Frame(
            park_name=park.park.name,
            zone=park.zone,
            synthetic=park.park.synthetic,
            audience=self.sight.audience,
            path=self.path,
            user=self.identity.name,
            role=self.sight.actor.role.value if self.sight.actor else "",
            person=self.sight.actor.id if self.sight.actor else "",
            csrf=form_mark(secret) if secret else mark,
            as_of=self._as_of(),
            now=None if park.calendar.as_of else self.now,
            unlocated=self._board().unlocated(),
            approval_number=rules.approval_number,
            approval_exemption=rules.approval_exemption,
            base=online_base(rules, self.service.settings.base_key),
        )

    def _as_of(self) -> datetime | None:
        """Give the as-of of what this reader sees: outside the station, of what was kept."""
        publication = self.shown.publication
        if publication is None or self.sight.is_station:
            return publication.as_of if publication else None
        kept = self.service.public.kept_for(publication)
        return kept.as_of if kept else publication.as_of

    def map_view(self, time: str, present: Shown) -> MapView:
        """Give what the map page needs before its data arrives.

        Parameters
        ----------
        time
            Key of the moment whose map this is.
        present
            What is shown now: gives the moments to choose from.
        """
        publication = self.shown.publication
        if publication is None:
            return MapView(self.frame())
        main = publication.surfaces[publication.main].surface
        kinds = {one.id: (one.name, one.en) for one in self.service.park.kinds.values()}
        title = (surface_title(main.id, "zh", kinds), surface_title(main.id, "en", kinds))
        return MapView(
            self.frame(),
            zones=self.zone_rows(),
            rung=publication.rung,
            period=main.period,
            unit=main.unit.value,
            unit_zh=main.unit.zh,
            title=title,
            time=time,
            cases=self.sight.is_station,
            moments=tuple(
                MomentView(one.key, one.kind, one.start, one.end)
                for one in (self.service.past.moments(present) if self.sight.cells else ())
            ),
        )

    def zone_rows(self) -> tuple[ZoneRow, ...]:
        """Give the zones under the main surface, () before the first build."""
        publication = self.shown.publication
        if publication is None:
            return ()
        main = publication.surfaces[publication.main]
        figures = self._board().zone_figures(publication, main)
        return tuple(_zone_row(one) for one in figures["zones"])

    def unlocated_rows(self) -> tuple[UnlocatedRow, ...]:
        """Give who waits for a place."""
        return tuple(
            UnlocatedRow(
                id=one["id"],
                name=one["name"],
                address=one["address"],
                reason=one["reason"],
                etag=one["etag"],
            )
            for one in unlocated_rows(self.service.store, self.sight, self.now)
        )

    def source_rows(self) -> tuple[SourceRow, ...]:
        """Give the sources of the last build."""
        files = {one.name: one.file.name for one in self.service.park.source}
        runs = {one.name: one.at for one in self.service.store.runs()}
        publication = self.shown.publication
        return tuple(
            SourceRow(
                name=one["name"],
                kind=one["kind"],
                file=files.get(one["name"], ""),
                read=one["read"],
                accepted=one["accepted"],
                rejected=one["rejected"],
                unlocated=one["unlocated"],
                outside=one["outside"],
                odd=one.get("odd", {}),
                read_at=runs.get(one["name"]),
                rejects_url=self._rejects_url(one),
            )
            for one in (publication.sources if publication else ())
        )

    def enterprise_rows(self, wanted: str) -> list[EnterpriseRow]:
        """Give the enterprises that match what was typed: the closest first, then the gravest.

        Parameters
        ----------
        wanted
            What was searched for, '' for everybody.

        Returns
        -------
        list of EnterpriseRow
            Without names, which are read for those that are shown: `with_names`.
        """
        service = self.service
        hits = service.finder.find(service.store, service.kept, self.sight, wanted, self.now)
        premises = self._premises()
        zones = {one.id: one.name or one.id for one in self._board().zones()}
        rows = []
        for one in service.kept.valid("enterprises", self.now):
            record = one.record
            if isinstance(record, Enterprise) and (not wanted.strip() or record.id in hits):
                row = enterprise_row(record, premises.get(record.id, ()), zones)
                hit = hits.get(record.id)
                rows.append(replace(row, why=hit.why, rank=hit.rank) if hit else row)
        rows.sort(key=_closest_then_gravest)
        return rows

    def with_names(self, rows: Sequence[EnterpriseRow]) -> list[EnterpriseRow]:
        """Give rows with the names of their enterprises, where the reader may see them."""
        names = names_of(self.service.store, self.sight, [one.id for one in rows]) if rows else {}
        return [replace(one, name=names.get(one.id, "")) for one in rows]

    def _premises(self) -> Mapping[str, list[tuple[Premises, PremisesSummary | None]]]:
        publication = self.shown.publication
        summaries = publication.premises_by_id if publication else {}
        owned: dict[str, list[tuple[Premises, PremisesSummary | None]]] = {}
        for one in self.service.kept.valid("premises", self.now):
            if isinstance(one.record, Premises):
                pair = (one.record, summaries.get(one.record.id))
                owned.setdefault(one.record.enterprise_id, []).append(pair)
        return owned

    def _rejects_url(self, source: Mapping[str, Any]) -> str:
        if not source["rejected"] or not self.sight.personal:
            return ""
        path = self.service.store.rejects_dir / f"{source['name']}.xlsx"
        return f"/v1/imports/{source['name']}/rejects.xlsx" if path.is_file() else ""

    def _board(self) -> Board:
        service = self.service
        return board_of(service, self.sight, self.now)


def pages_of(
    request: Request,
    service: Service,
    shown: Shown,
    identity: Identity,
    sight: Sight,
    now: datetime,
) -> Pages:
    """Make the filler of pages for one request."""
    query = f"?{request.url.query}" if request.url.query else ""
    return Pages(service, shown, identity, sight, now, f"{request.url.path}{query}")


def _zone_row(area: Mapping[str, Any]) -> ZoneRow:
    cells = area.get("class_cells")
    return ZoneRow(
        id=area["id"],
        name=area["name"],
        risk_class=_CLASSES[area["class"]],
        mean=area["mean"],
        area_km2=area["area_km2"],
        class_cells=tuple(cells.values()) if cells else None,
        enterprises=area["enterprises"],
        reports=area["reports"],
        visits=area.get("visits"),
        withheld=area["withheld"],
    )


def _closest_then_gravest(row: EnterpriseRow) -> tuple[int, int, float, str]:
    return (row.rank, -row.risk_class, -(row.value or 0.0), row.id)


def enterprise_row(
    record: Enterprise,
    premises: Any,
    zones: Mapping[str, str],
) -> EnterpriseRow:
    """Give one enterprise as a row, without its name: value and class of its gravest premises."""
    known = [summary for _, summary in premises if summary is not None]
    worst = max(known, key=lambda one: (one.risk_class, one.value), default=None)
    visits = [one.last_visit for one in known if one.last_visit is not None]
    return EnterpriseRow(
        id=record.id,
        name="",
        credit_code=record.credit_code,
        industry=record.industry,
        above_scale=record.above_scale,
        zone=zones.get(worst.zone_id, worst.zone_id) if worst else "",
        risk_class=worst.risk_class if worst else RiskClass.NONE,
        value=worst.value if worst else None,
        last_visit=max(visits, default=None),
        located=any(one.lon is not None for one, _ in premises),
    )
