"""Our browser modules as one script."""

from __future__ import annotations

import re

import pytest

from geo_risk.errors import InputError, NotFoundError
from maps import bundle as bundle_module
from maps.bundle import PAGES, bundle, bundle_name, find_bundle, module_order


def _forget() -> None:
    bundle.cache_clear()
    module_order.cache_clear()


def test_a_bundle_has_no_imports_and_holds_each_module_once() -> None:
    """A file opened from disk may not import, so nothing in it does."""
    text = bundle("file.js")
    assert not re.search(r"^\s*(import|export)\b", text, re.MULTILINE)
    assert text.count("function printedParts(") == 1
    assert text.index("function printedParts(") < text.index("function writePlace(")
    assert "</script" not in text


def test_two_modules_with_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """One scope holds them all: the second would silently replace the first."""
    files = {
        "console/a.js": 'import { x } from "./b.js";\nfunction same() {}\n',
        "console/b.js": "export function x() {}\nconst same = 1;\n",
    }
    monkeypatch.setattr(bundle_module, "read_asset", files.__getitem__)
    _forget()
    with pytest.raises(InputError, match="Two modules share same"):
        bundle("a.js")
    _forget()


def test_an_import_of_another_kind_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be taken off would break the file before its reader."""
    files = {"console/a.js": 'import * as b from "./b.js";\n'}
    monkeypatch.setattr(bundle_module, "read_asset", files.__getitem__)
    _forget()
    with pytest.raises(InputError, match="cannot be bundled"):
        bundle("a.js")
    _forget()


@pytest.mark.parametrize("entry", PAGES)
def test_a_pages_script_is_found_by_its_own_name_only(entry: str) -> None:
    """An address that may be kept for ever must never give another text."""
    assert find_bundle(bundle_name(entry)) == bundle(entry)
    with pytest.raises(NotFoundError, match="Load the page again"):
        find_bundle(entry)
