"""One self-contained map file: whole, safe, and cut to its audience."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from shapely.geometry import mapping

from geo_risk.errors import InputError
from geo_risk.grid import Grid, Surface
from geo_risk.published import GradedSurface, classes_of
from geo_risk.records import Audience
from maps.render import FileContent, render_file
from maps.views import Frame, MapView, ZoneRow

MADE = datetime(2026, 5, 13, tzinfo=UTC)
EVIL = "</script><script>alert(1)</script><!--`${alert(2)}"


def _view(audience: Audience, **frame: Any) -> MapView:
    told = {"approval_number": "GS(2026)1", **frame}
    return MapView(Frame("样例", UTC, audience=audience, as_of=MADE, **told), (ZoneRow("z", "甲"),))


def _content(park: Any, *, station: bool) -> FileContent:
    def collect(rows: list[tuple[Any, dict[str, object]]]) -> Any:
        return park.feature_collection(rows)

    zones = [(shape, {"id": key, "name": EVIL}) for key, (_, shape) in park.zones.items()]
    premises = [
        (shape, {"id": key, "name": EVIL, "enterprise_id": key, "dangerous_goods": True})
        for key, (_, shape) in park.premises.items()
    ]
    empty = collect([])
    return FileContent(
        map={
            "bounds": list(park.boundary.bounds),
            "boundary": mapping(park.boundary),
            "zones": collect(zones),
            "roads": empty,
            "stations": empty,
            "premises": collect(premises) if station else empty,
        },
        surfaces={"surfaces": [], "main": None},
        publication=park.publication if station else None,
        names=dict.fromkeys(park.premises, EVIL) if station else {},
    )


def _data(text: str) -> Any:
    block = re.search(r'id="file-data">(.*?)</script>', text, re.DOTALL)
    assert block is not None
    return json.loads(block[1])


def _station(park: Any, **options: Any) -> str:
    told = {"made_by": "站长", "made_at": MADE, "expires": MADE + timedelta(days=30), **options}
    return render_file(_view(Audience.STATION), _content(park, station=True), **told)


def test_the_file_asks_for_nothing(small_park: Any) -> None:
    """No address in it leads anywhere: no link, no source, no style sheet's url."""
    text = _station(small_park)
    for tag in re.findall(
        r"<(?:link|script|img|a|iframe|source|form)\b[^>]*>", text.split("<script>")[0]
    ):
        assert not re.search(r'(?:src|href|action)="(?!data:,|#)', tag), tag
    assert set(re.findall(r"\burl\((#?\w*)", text)) <= {"#pattern", "#default"}
    assert "sourceMappingURL" not in text
    assert "default-src &#39;none&#39;" in text


def test_every_script_and_style_is_named_in_the_policy(small_park: Any) -> None:
    """What runs is what we put there; a script that came with a name would not run."""
    text = _station(small_park)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    allowed = policy[1].replace("&#39;", "'")
    assert "unsafe" not in allowed
    found = re.findall(r"<(script|style)>(.*?)</\1>", text, re.DOTALL)
    assert len(found) == 6
    for _, body in found:
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in allowed


def test_names_cannot_leave_the_data_block(small_park: Any) -> None:
    """A name that would end the element reads back as that name."""
    text = _station(small_park)
    data = _data(text)
    assert data["premises"]["name"][0] == EVIL
    assert "dangerous_goods" not in data["premises"]


def test_names_go_out_only_where_they_were_asked_for(small_park: Any) -> None:
    """Without a list of names a file shows ids, even where the map's data has names."""
    content = replace(_content(small_park, station=True), names={})
    text = render_file(
        _view(Audience.STATION),
        content,
        made_by="a",
        made_at=MADE,
        expires=MADE + timedelta(days=1),
    )
    assert set(_data(text)["premises"]["name"]) == {""}


def test_a_public_file_holds_zones_only(small_park: Any) -> None:
    """Cells, premises and stations are refused, not left out in silence."""
    view = _view(Audience.PUBLIC)
    public = _content(small_park, station=False)
    text = render_file(view, public)
    assert "cells" not in _data(text)
    assert "公开文件" in text
    for wrong in (
        _content(small_park, station=True),
        replace(public, publication=small_park.publication),
        replace(public, names={"a": "b"}),
    ):
        with pytest.raises(InputError, match="not for the station"):
            render_file(view, wrong)


def test_a_public_file_needs_an_approval_number_or_an_exemption(small_park: Any) -> None:
    """The message says which key of the park file to set."""
    public = _content(small_park, station=False)
    with pytest.raises(InputError, match=r"审图号.*approval_exemption"):
        render_file(_view(Audience.PUBLIC, approval_number=""), public)
    exempt = _view(Audience.PUBLIC, approval_number="", approval_exemption="内部演示")
    assert "内部演示" in render_file(exempt, public)
    assert "GS(2026)1" in render_file(_view(Audience.PUBLIC), public)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"made_by": ""}, "who made it"),
        ({"expires": None}, "has no expiry"),
        ({"expires": MADE - timedelta(days=1)}, "expires"),
    ],
)
def test_a_stations_file_names_its_maker_and_its_end(
    small_park: Any, wrong: dict[str, Any], message: str
) -> None:
    """Whoever finds it knows from whom it is and until when it is good."""
    with pytest.raises(InputError, match=message):
        _station(small_park, **wrong)
    text = _station(small_park)
    assert "制作：站长" in text
    assert "有效期至" in text


def test_watermark_follows_the_datas_flag(small_park: Any) -> None:
    """Synthetic says so in the file too."""
    content = _content(small_park, station=False)
    assert "合成数据" not in render_file(_view(Audience.PUBLIC), content)
    assert "合成数据" in render_file(_view(Audience.PUBLIC, synthetic=True), content)


def test_a_city_stays_under_six_megabytes(small_park: Any) -> None:
    """60,000 cells in ten surfaces and 10,000 premises."""
    rng = np.random.default_rng(2)
    main = small_park.publication.surfaces["risk.combined"]
    grid = Grid(main.surface.grid.crs, 100, (245, 245), main.surface.grid.origin)

    def graded(number: int) -> GradedSurface:
        values = rng.gamma(1.0, 3.0, grid.shape)
        surface = replace(main.surface, id=f"intensity.k{number}", values=values, grid=grid)
        breaks = (1.0, 5.0, 9.0)
        chance = rng.uniform(0.5, 1, grid.shape).astype(np.float32)
        if number:
            return GradedSurface(surface, breaks, classes_of(values, breaks), chance, "v1", None)
        names = tuple(f"f{one}" for one in range(6))
        parts = np.stack([values / 6] * 6).astype(np.float32)
        factors = replace(main.factors, names=names, parts=parts, reference=0.0)
        return GradedSurface(surface, breaks, classes_of(values, breaks), chance, "v1", factors)

    surfaces = {one.id: one for one in (graded(number) for number in range(10))}
    publication = replace(
        small_park.publication, surfaces=surfaces, main="intensity.k0", zones=(), premises=()
    )
    assert isinstance(publication.surfaces["intensity.k0"].surface, Surface)
    content = _content(small_park, station=True)
    feature = {
        "geometry": {"coordinates": [119.9712345, 30.1234567]},
        "properties": {"id": "premises:123456", "class": "orange",
                       "enterprise_id": "e", "value": 12.3, "people": 30, "inherent_class": 2,
                       "last_visit": "2026-05-12T22:00:00+00:00"},
    }  # fmt: skip
    drawn = {**content.map, "premises": {"features": [feature] * 10_000}}
    text = render_file(
        _view(Audience.STATION),
        replace(content, map=drawn, publication=publication, names={"e": "某某样例企业有限公司"}),
        made_by="a",
        made_at=MADE,
        expires=MADE + timedelta(days=1),
    )
    assert len(text.encode()) < 6_000_000
