"""The page of the park's figures, filled: pictures in one language, and what is missing said.

Takes the filler of pages, gives the frozen view. Zones have their names; the line of what lies in
no zone is kept, so that lines add up to the park's.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from api.case_pages import kind_name
from api.park_figures import park_figures
from maps.charts import (
    CoverageRow,
    FunnelPoint,
    IntervalRow,
    ReliabilityClass,
    draw_coverage,
    draw_funnel,
    draw_intervals,
    draw_reliability,
)
from maps.month import FiguresView
from maps.words import surface_title, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.pages import Pages
    from api.park_figures import ParkFigures
    from geo_risk.casework import Rate
    from geo_risk.published import Publication
    from maps.charts import Chart

_RATES, _LOT = 90, 95  # percent, of the intervals


def figures_view(pages: Pages, lang: str) -> FiguresView:
    """Fill the page for a reader who may see the park's figures."""
    service = pages.service
    made, at = park_figures(service, pages.sight, pages.now)
    publication = pages.shown.publication
    zones = {
        id_: word("figures.ended_zone", lang, name=name) if ended else name
        for id_, (name, ended) in made.zones.items()
    }
    return FiguresView(
        made_at=at,
        first=made.period["from"],
        last=made.period["to"],
        months=publication.rung.months if publication else 0,
        rates=_rates(pages, made, lang),
        closing=_closing(made, zones, lang),
        told=_told(made, zones, publication, lang),
        coverage=_coverage(made, zones, lang),
        prevalence=_prevalence(made, zones, lang),
        reliability=_reliability(pages, publication, lang),
    )


def _rates(pages: Pages, made: ParkFigures, lang: str) -> Chart:
    """Draw how much was closed in time, by kind; disputes by what is settled."""
    rows = [_rate_row(word("figures.all_but_disputes", lang), made.total.closed_in_time)]
    rows += [
        _rate_row(kind_name(pages.service, one.group, lang), one.closed_in_time)
        for one in made.by_kind
        if one.closed_in_time is not None and one.closed_in_time.of
    ]
    rows.append(_rate_row(word("figures.settled", lang), made.total.settled))
    return draw_intervals(
        "rates",
        lang,
        word("figures.rates", lang),
        rows,
        level=_RATES,
        none=word("figures.nothing_due", lang),
        desc=_rates_desc(made, lang),
    )


def _rates_desc(made: ParkFigures, lang: str) -> str:
    counts = made.total.counts
    return word(
        "figures.rates_desc",
        lang,
        due=counts["due"],
        in_time=counts["in_time"],
        n=counts["open_not_due"],
    )


def _rate_row(name: str, rate: Rate | None) -> IntervalRow:
    if rate is None or rate.share is None or rate.low is None or rate.high is None:
        return IntervalRow(name, None, 0.0, 0.0, rate.of if rate else 0, rate.hits if rate else 0)
    return IntervalRow(name, rate.share, rate.low, rate.high, rate.of, rate.hits)


def _closing(made: ParkFigures, zones: Mapping[str, str], lang: str) -> Chart:
    points = [
        FunnelPoint(_zone(zones, one.group, lang), one.closed_in_time.hits, one.closed_in_time.of)
        for one in made.by_zone
        if one.closed_in_time is not None
    ]
    across = word("figures.due_cases", lang)
    return draw_funnel("closing", lang, word("figures.closing", lang), points, across=across)


def _told(
    made: ParkFigures, zones: Mapping[str, str], publication: Publication | None, lang: str
) -> Chart:
    enterprises = {
        one.zone_id: one.enterprises
        for one in (publication.zones if publication else ())
        if publication and one.surface_id == publication.main
    }
    points = [
        FunnelPoint(_zone(zones, id_, lang), made.told.get(id_, 0), many)
        for id_, many in sorted(enterprises.items())
        if made.told  # without any report there is nothing to compare
    ]
    title, across = word("figures.told", lang), word("figures.enterprises", lang)
    return draw_funnel("told", lang, title, points, across=across, poisson=True)


def _coverage(made: ParkFigures, zones: Mapping[str, str], lang: str) -> Chart:
    rows = [
        CoverageRow(
            _zone(zones, id_, lang),
            tuple(hits for hits, _ in counts),
            tuple(of for _, of in counts),
        )
        for id_, counts in made.coverage.items()
    ]
    begun = [n for n in range(len(made.months)) if any(one.of[n] for one in rows)]
    first = begun[0] if begun else len(made.months)  # before, nothing could be known
    cut = [CoverageRow(one.name, one.in_time[first:], one.of[first:]) for one in rows]
    title = word("figures.coverage", lang)
    return draw_coverage("coverage", lang, title, made.months[first:], cut)


def _prevalence(made: ParkFigures, zones: Mapping[str, str], lang: str) -> Chart:
    """Draw the share of premises with a major hazard, as visits by lot tell it: the park first."""
    rows = []
    for one in made.prevalence:
        told, park = one.with_major, one.zone_id is None
        name = word("figures.park", lang) if park else _zone(zones, one.zone_id or "", lang)
        if math.isfinite(told.value):
            rows.append(IntervalRow(name, told.value, told.low, told.high, one.visits))
        else:
            rows.append(IntervalRow(name, None, 0.0, 0.0, one.visits))
    return draw_intervals(
        "prevalence",
        lang,
        word("figures.prevalence", lang),
        rows,
        level=_LOT,
        none=word("figures.no_lot", lang),
        desc=word("figures.prevalence_desc", lang),
    )


def _reliability(pages: Pages, publication: Publication | None, lang: str) -> tuple[Chart, ...]:
    """Draw said and seen of every forecast probability; one that says why where there is none."""
    kinds = {one.id: (one.name, one.en) for one in pages.service.park.kinds.values()}
    surfaces = publication.surfaces if publication else {}
    drawn: list[Chart] = []
    for id_, graded in surfaces.items():
        score = graded.surface.score
        told = score.get("models", {}).get(score.get("served"), {}).get("reliability")
        if not id_.startswith("probability.") or not told:
            continue
        classes = [
            ReliabilityClass(one["said"], round(one["seen"] * one["cells"]), round(one["cells"]))
            for one in told
        ]
        title = surface_title(id_, lang, kinds)
        name = f"reliability-{len(drawn)}"
        drawn.append(draw_reliability(name, lang, title, classes, int(score["folds"])))
    return tuple(drawn) or (
        draw_reliability("reliability", lang, word("figures.reliability", lang), (), 0),
    )


def _zone(zones: Mapping[str, str], zone_id: str, lang: str) -> str:
    return zones.get(zone_id, zone_id) or word("figures.no_zone", lang)
