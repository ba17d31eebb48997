"""The door of the library: some fifteen names, sorted, each of which is really there."""

from __future__ import annotations

import subprocess
import sys

import pytest

import geo_risk


def test_every_public_name_is_there_and_the_list_is_sorted() -> None:
    """What `__all__` promises can be imported."""
    assert geo_risk.__all__ == sorted(geo_risk.__all__)
    for name in geo_risk.__all__:
        assert getattr(geo_risk, name).__doc__, name
    assert dir(geo_risk) == geo_risk.__all__


def test_what_is_not_promised_is_not_there() -> None:
    """A misspelt name is an AttributeError, as of any module."""
    with pytest.raises(AttributeError, match="open_prak"):
        _ = geo_risk.open_prak


def test_importing_the_package_loads_nothing_heavy() -> None:
    """`import geo_risk` by itself brings in neither pandas nor SQLAlchemy."""
    code = "import sys, geo_risk; print('pandas' in sys.modules, 'sqlalchemy' in sys.modules)"
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert shown.split() == ["False", "False"]
