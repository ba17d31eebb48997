"""The form of a visit as text: what is typed stays, what is wrong is said twice, names are text."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from maps.month import OpenHazard, PastVisit, SavedConflict, SavedHazard, SavedView, VisitView
from maps.month.visit import saved_page, visit_page
from maps.views import Frame, Refusal
from maps.words import LANGS

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 10, 12, 9, 30, tzinfo=ZONE)
FRAME = Frame("样例园区", ZONE, synthetic=True, role="officer", csrf="mark", path="/visit/p")
EVIL = "<img src=x onerror=hacked=1></script><script>hacked=2</script>`${hacked=3}`{{7*7}}"


def form(name: str = "样例企业", **values: object) -> VisitView:
    given = {
        "premises_id": "s:1",
        "name": name,
        "action": "/visit/s%3A1",
        "dues": {one: NOW + timedelta(days=n) for one, n in (("major", 30), ("minor", 7))},
        "categories": ("fire_exit", "other"),
        "today": date(2026, 10, 12),
        "keys": ("k", "a", "b", "c"),
        "start": NOW,
        "address": name,
        "contact": name,
        "phone": name,
        "hazards": (OpenHazard("h:1", "major", "fire_exit", name, "reported", NOW, NOW),),
        "past": (PastVisit(NOW, 2), PastVisit(NOW, None)),
    }
    return VisitView(**{**given, **values})  # type: ignore[arg-type]


def saved(name: str = "样例企业") -> SavedView:
    return SavedView(
        receipt="1012-ABCDEF",
        visit_id="http:1",
        action="/visit/s%3A1",
        name=name,
        seconds=8,
        hazards=(SavedHazard("r:1", NOW), SavedHazard("r:2", None)),
        conflicts=(
            SavedConflict("r:3", "closed", name, NOW, name),
            SavedConflict("r:4", "", "", NOW, ""),
        ),
        joined=True,
        place="waits",
    )


@pytest.mark.parametrize("lang", LANGS)
def test_names_and_words_are_text(lang: str) -> None:
    """Nothing of the data becomes markup, on the form or after it."""
    plain, evil = visit_page(FRAME, lang, form()), visit_page(FRAME, lang, form(EVIL))
    assert evil.count("<script") == plain.count("<script")
    assert "<img src=x" not in evil + saved_page(FRAME, lang, saved(EVIL))
    assert "{{7*7}}" in evil


@pytest.mark.parametrize("lang", LANGS)
def test_what_was_typed_stays_and_what_is_wrong_is_said_twice(lang: str) -> None:
    """In the same words on top, as a link, and at the field, which is marked."""
    typed = {"found": "some", "category-0": "other", "text-0": "样例：纸箱", "fixed-0": "no"}
    wrong = {"severity-0": "severity", "photo-0": "photo"}
    page = visit_page(FRAME, lang, form(typed=typed, wrong=wrong))
    tops = re.findall(r'<li><a href="#([\w-]+)">([^<]+)</a></li>', page)
    assert [one for one, _ in tops] == list(wrong)
    for field, words in tops:
        assert f'id="{field}-wrong">{words}</p>' in page
        assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', page)
    assert 'value="other" checked' in page
    assert ">样例：纸箱</textarea>" in page
    assert re.search(r'name="fixed-0" value="no" checked', page)


def test_a_refusal_of_the_whole_and_an_undo_are_said() -> None:
    """Each in its place on top."""
    page = visit_page(FRAME, "zh", form(refusal=Refusal("stale")))
    assert "有误：" in page
    for how in ("taken_back", "withdrawn"):
        assert 'class="done"' in visit_page(FRAME, "zh", form(undone=how))


def test_a_place_without_a_past_has_a_form_too() -> None:
    """No hazard, no visit, no telephone: the first question is what was found."""
    bare = form(hazards=(), past=(), phone="", contact="", address="")
    page = visit_page(FRAME, "en", bare)
    assert 'data-step="recheck"' not in page
    assert page.index('data-step="found"') < page.index('data-step="category"')


@pytest.mark.parametrize("seconds", [8, 0])
def test_undo_says_what_it_does_now(seconds: int) -> None:
    """For ten seconds it takes back, then it withdraws: one of the two is seen."""
    page = saved_page(FRAME, "zh", replace(saved(), seconds=seconds))
    shown = re.findall(r"<span data-(now|later)>", page)
    assert shown == ["now" if seconds else "later"]
