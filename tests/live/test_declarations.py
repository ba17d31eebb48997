"""Declarations over HTTP: who says, who verifies, who sees what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest

from geo_risk.records import Role

FORM = {"month": "2026-01", "indicator": "drills", "have": 1.0, "need": 2.0, "evidence": "照片"}


@pytest.fixture(scope="module")
def server(sample_park: Any, server_on: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """A server of its own, to be written to."""
    with server_on(sample_park.copy(tmp_path_factory.mktemp("declarations") / "state")) as one:
        yield one


@pytest.mark.parametrize("role", [None, *(one.value for one in Role)])
def test_who_declares_is_as_the_doors_say(server, role):
    """The enterprise for itself; a clerk names whose; nobody else."""
    with server.park.open() as store:
        own = store.user_by_name(server.logins["enterprise"][0]).enterprise_id
    with server.client(role) as client:
        body = FORM if role == "enterprise" else {**FORM, "enterprise_id": own}
        status = client.post("/v1/declarations", json=body).status_code
    assert status == (401 if role is None else 201 if role in {"enterprise", "clerk"} else 403)


def test_declared_verified_and_read_by_each(server):
    """The same key twice is one; an officer verifies on a visit; the enterprise sees no name."""
    form = {**FORM, "indicator": "rules"}
    with server.client("enterprise") as own:
        key = {"Idempotency-Key": "rules-2026-01"}
        first = own.post("/v1/declarations", json=form, headers=key)
        again = own.post("/v1/declarations", json=form, headers=key)
        assert (first.status_code, first.text) == (201, again.text)
        other = own.post("/v1/declarations", json={**form, "enterprise_id": "somebody:else"})
        assert other.status_code in {403, 422}
    made = first.json()
    home = next(
        one for one in server.park.records("premises") if one.enterprise_id == made["enterprise_id"]
    )
    path = f"/v1/declarations/{quote(made['id'], safe='')}/verify"
    with server.client("officer") as officer:
        body = {"start": datetime.now(UTC).isoformat(), "premises_id": home.id}
        visit = officer.post("/ogc/collections/visits/items", json={"properties": body}).json()
        assert officer.post(path, json={"visit_id": "http:none"}).status_code == 422
        done = officer.post(path, json={"visit_id": visit["id"]})
        assert done.json()["state"] == "verified"
        assert officer.post(path, json={"visit_id": visit["id"]}).status_code == 409
        sheet = officer.get("/v1/declarations", params={"month": "2026-01", "f": "xlsx"})
        assert sheet.content[:2] == b"PK"
    with server.client("enterprise") as own:
        assert own.post(path, json={"visit_id": visit["id"]}).status_code == 403
        assert own.post("/v1/declarations", json=form).status_code == 409
        listed = own.get("/v1/declarations").json()["declarations"]
        assert {one["enterprise_id"] for one in listed} == {made["enterprise_id"]}
        assert not any("verified_by" in one for one in listed)
