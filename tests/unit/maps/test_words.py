"""The catalogue: both languages hold the same, nothing is missing, nothing is left over."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from pathlib import Path

import pytest

import maps
from maps.words import (
    LANGS,
    browser_words,
    catalogue,
    checked_lang,
    factor_name,
    phrase,
    surface_title,
    word,
)

ROOT = Path(maps.__file__).parent
PAGES = [
    *ROOT.glob("console/templates/*.html"),
    *ROOT.glob("console/static/*.js"),
    *(one for one in ROOT.rglob("*.py") if "vendor" not in one.parts),
    *(
        ROOT.parent / "api" / f"{name}.py"
        for name in ("enterprise_views", "figure_views", "surroundings")
    ),
]
FAMILIES = frozenset(key.partition(".")[0] for key in catalogue("zh"))
FROM_DATA = (
    *(
        "audit_act.",
        "audit_door.",
        "category.",
        "factor.",
        "flag_check.",
        "firm_kind.",
        "kind.",
        "language.",
        "level_of.",
        "role.",
        "model.",
        "note.",
        "odd.",
        "plan_note.",
        "prize_part.",
        "reason.",
        "service.",
        "surface.",
        "surface_of.",
        "topic.",
        "visit_reason.",
    ),
    *("slip_act.", "slip_code.", "slip_part.", "slip_reason.", "slip_severity.", "slip_step."),
)
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def _texts(entry: str | Mapping[str, str]) -> list[str]:
    return [entry] if isinstance(entry, str) else list(entry.values())


def _slots(entry: str | Mapping[str, str]) -> set[str]:
    parts = [part for text in _texts(entry) for part in string.Formatter().parse(text)]
    return {name for _, name, _, _ in parts if name}


def _used() -> tuple[set[str], set[str]]:
    """Give the keys that pages name in full, and the beginnings of those they put together."""
    whole, begun = set(), set()
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        for quoted in re.findall(r"""(["'`])([a-z_]+\.[A-Za-z0-9_.${}]*)\1""", text):
            key = quoted[1]
            if key.partition(".")[0] not in FAMILIES or key.endswith(
                (".css", ".js", ".html", ".json", ".png", ".svg")
            ):
                continue
            if "{" in key or key.endswith("."):
                begun.add(re.split(r"\$?\{", key)[0])
            else:
                whole.add(key)
        for begin in re.findall(r'f"([a-z_]+\.[a-z_]*)\{', text):
            begun.add(begin)
    return whole, {one for one in begun if one.partition(".")[0] in FAMILIES}


def test_both_languages_hold_the_same_keys_and_slots() -> None:
    """A key or slot that only one language has would be an error on the other's pages."""
    chinese, english = catalogue("zh"), catalogue("en")
    assert chinese.keys() == english.keys()
    for key in chinese:
        needed = _slots(english[key]) - {"n"}
        assert needed == _slots(chinese[key]) - {"n"}, key


def test_every_key_that_a_page_names_is_in_the_catalogue() -> None:
    """A page that names a missing word fails here, not before its reader."""
    whole, begun = _used()
    assert len(whole) > 150
    assert whole <= catalogue("zh").keys(), whole - catalogue("zh").keys()
    for begin in begun:
        assert any(key.startswith(begin) for key in catalogue("zh")), begin


def test_every_word_of_the_catalogue_is_used() -> None:
    """A sentence nobody shows is no longer kept true."""
    whole, begun = _used()
    families = (*FROM_DATA, *begun)
    left = {key for key in catalogue("zh") if key not in whole and not key.startswith(families)}
    assert not left


def test_english_has_no_chinese_and_chinese_has_full_width_punctuation() -> None:
    """A page is in one language; only the switch is written in the other."""
    for key, entry in catalogue("en").items():
        if key != "site.other_language":
            assert not CHINESE.search("".join(_texts(entry))), key
    for key, entry in catalogue("zh").items():
        text = "".join(_texts(entry))
        assert not re.search(r"[\u4e00-\u9fff][,;:!?]", text), key


def test_a_missing_key_slot_or_language_is_an_error() -> None:
    """Nothing falls back to the other language."""
    with pytest.raises(KeyError, match=r"No word 'map\.nothing' in en\.po"):
        word("map.nothing", "en")
    with pytest.raises(KeyError, match="park"):
        word("site.title", "zh")
    with pytest.raises(KeyError, match="No words in 'fr'"):
        word("map.title", "fr")
    assert checked_lang("fr") == checked_lang(None) == "zh"


@pytest.mark.parametrize(
    ("n", "text"), [(0, "0 posts"), (1, "1 post"), (2, "2 posts"), (21, "21 posts")]
)
def test_english_counts_have_two_forms(n: int, text: str) -> None:
    """One is one; everything else, none included, is many."""
    assert word("map.layer.stations", "en", n=n) == text


def test_codes_of_the_data_have_words_or_show_themselves() -> None:
    """A kind that only one deployment has is shown by the name its park file gives."""
    kinds = {"vehicle_theft": ("盗车", "vehicle theft")}
    assert surface_title("intensity.vehicle_theft", "zh", kinds) == "盗车上报密度"
    assert surface_title("intensity.vehicle_theft", "en", kinds).endswith("vehicle theft")
    assert surface_title("risk.combined", "zh", kinds) == "综合风险"
    assert factor_name("people", "en") == "People nearby"
    assert phrase("odd", "never_seen", "zh") == "never seen"


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("near.industry.C.37.5m", "离制造业场所近（37.5 米内）", "Near manufacturing premises"),
        ("dense.people.300m", "人密集（300 米内）", "Many people (within 300 m)"),
        ("near.class.3_and_4.600m", "3、4 级", "class 3 and 4"),
        ("near.station.驻企警务室.100m", "阵地（驻企警务室）", "posts (驻企警务室)"),
        ("dense.industry.grocery_store.150m", "“grocery store”", "“grocery store”"),
        ("near.something.else.90m", "something.else", "something.else"),
    ],
)
def test_kinds_of_places_have_names(name: str, zh: str, en: str) -> None:
    """What a risk terrain names is said in words, a type of the data's own as it stands."""
    assert zh in factor_name(name, "zh")
    assert en in factor_name(name, "en")


@pytest.mark.parametrize("lang", LANGS)
def test_the_browser_gets_only_what_its_modules_use(lang: str) -> None:
    """Words of tables and mails stay on the server."""
    words = browser_words(lang, ("map", "panel"))
    assert {key.partition(".")[0] for key in words} == {"map", "panel"}
