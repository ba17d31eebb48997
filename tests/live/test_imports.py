"""Files that are handed in: read in the background, counted, their rejects given back."""

from __future__ import annotations

import io
import time

import openpyxl
import pytest

LISTS = 30.0


def _table(rows: list[tuple[object, ...]], *headings: str) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(headings)
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


ENTERPRISES = _table(
    [
        *((f"N{n:03d}", f"样例新企业 {n}", f"样例大道 {n} 号", 20 + n) for n in range(30)),
        ("N001", "样例重号", "", 3),
        ("N900", "样例企业", "", "很多"),
    ],
    "企业编号",
    "企业名称",
    "地址",
    "从业人数",
)


@pytest.fixture(scope="module")
def served(sample_park, server_on, tmp_path_factory):
    with server_on(sample_park.copy(tmp_path_factory.mktemp("handed-in") / "state")) as server:
        yield server


def _ended(client, answer) -> dict[str, object]:
    assert answer.status_code == 202, answer.text
    deadline = time.monotonic() + LISTS
    while time.monotonic() < deadline:
        job = client.get(answer.headers["location"]).json()
        if job["state"] in {"done", "failed"}:
            return job
        time.sleep(0.2)
    raise AssertionError(job)


def _send(client, content: bytes, name: str = "企业.xlsx", **form: str):
    return client.post("/v1/imports", files={"file": (name, content)}, data=form)


def test_a_list_is_read_and_adds_up_and_twice_changes_nothing(served):
    """Accepted + rejected = read; the rejects come back with their reasons."""
    with served.client("clerk") as clerk:
        job = _ended(clerk, _send(clerk, ENTERPRISES, kind="enterprises", source="new"))
        assert job["state"] == "done", job
        counts = job["counts"]
        assert (counts["read"], counts["accepted"], counts["rejected"]) == (32, 30, 2)
        assert counts["unlocated"] + counts["outside"] <= 30
        back = openpyxl.load_workbook(io.BytesIO(clerk.get(job["rejects"]).content))
        said = [str(cell.value) for row in back.active.iter_rows() for cell in row]
        assert any("很多" in one for one in said)
        before = clerk.get("/ogc/collections/enterprises/items?limit=1").json()["numberMatched"]
        again = _ended(clerk, _send(clerk, ENTERPRISES, kind="enterprises", source="new"))
        assert again["counts"] == counts
        after = clerk.get("/ogc/collections/enterprises/items?limit=1").json()["numberMatched"]
        assert after == before
        found = clerk.get("/ogc/collections/enterprises/items/new:N007").json()
        assert found["properties"]["name"] == "样例新企业 7"


@pytest.mark.parametrize(
    ("content", "name", "form", "said"),
    [
        (b"x", "list.docx", {"kind": "enterprises"}, "says no format"),
        (b"a,b\n1,2\n", "a.csv", {}, "neither source nor kind"),
        (b"a,b\n1,2\n", "a.csv", {"kind": "enterprize"}, "Did you mean 'enterprises'"),
        (b"a,b\n1,2\n", "a.csv", {"kind": "reports", "channel": "smoke"}, "county_app"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(served, content, name, form, said):
    """Before a job is made of it."""
    with served.client("keeper") as keeper:
        answer = _send(keeper, content, name, **form)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_file_without_a_heading_fails_as_a_job_and_says_why(served):
    """The reason is the reader's own, with what to do."""
    with served.client("keeper") as keeper:
        job = _ended(keeper, _send(keeper, b"a,b\n1,2\n", "a.csv", kind="visits", source="x"))
        assert job["state"] == "failed"
        assert job["error"]
        assert job["hint"]
        assert keeper.get(f"/v1/jobs/{job['id']}/rejects.xlsx").status_code == 404


@pytest.mark.parametrize("role", [None, "officer", "enterprise", "volunteer", "analyst", "portal"])
def test_only_the_desk_hands_files_in(served, role):
    """Nobody else, and nobody else sees a job."""
    with served.client(role) as client:
        answer = _send(client, ENTERPRISES, kind="enterprises")
        assert answer.status_code in {401, 403}
        assert client.get("/v1/jobs/" + "0" * 32).status_code in {401, 403}
