"""Notebooks run from top to bottom, offline, and are stored without outputs."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import geo_risk
from tests.docs.blocks import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
_OURS = re.compile(r"^\s*(?:from|import)\s+(geo_risk|maps|api)\b(.*)$", re.MULTILINE)


@pytest.fixture(params=NOTEBOOKS, ids=lambda one: one.stem)
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    """One stored notebook."""
    return nbformat.read(request.param, as_version=4)


def test_notebook_is_stored_without_outputs(notebook: nbformat.NotebookNode) -> None:
    """A stored output would be somebody's old truth."""
    code = [one for one in notebook.cells if one.cell_type == "code"]
    assert [one.outputs for one in code if one.outputs or one.execution_count is not None] == []


def test_notebook_uses_public_names_only(notebook: nbformat.NotebookNode) -> None:
    """A reader can do the same with what is promised."""
    source = "\n".join(one.source for one in notebook.cells if one.cell_type == "code")
    for package, rest in _OURS.findall(source):
        assert package == "geo_risk"
        names = rest.replace("import", "").replace("(", "").replace(")", "").split(",")
        assert {one.strip() for one in names if one.strip()} <= set(geo_risk.__all__)
    assert not re.search(r"\._[a-z]", source)


def test_notebook_runs_from_top_to_bottom(
    notebook: nbformat.NotebookNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every cell works in order, in a fresh kernel, with no setting of the machine's."""
    monkeypatch.delenv("GEO_RISK_STATE", raising=False)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    client = NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(ROOT / "notebooks")}}
    )
    client.execute()
    shown = [one.outputs for one in notebook.cells if one.cell_type == "code"]
    assert any("text/html" in str(one) for outputs in shown for one in outputs)
