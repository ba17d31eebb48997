"""The month's pages with everything on them, for the tests that walk every page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from maps.month import (
    CaseRow,
    CasesView,
    CaseView,
    DeclareRow,
    DeclareView,
    IndexRow,
    IndexView,
    MonthRow,
    MonthsView,
    OwnHazard,
    ReportView,
    SlipCard,
    SlipsView,
    StepField,
    StepForm,
    StepTaken,
    case_page,
    cases_page,
    choose_page,
    declare_page,
    index_page,
    months_page,
    own_index_page,
    report_page,
    slips_page,
)
from maps.slip_sheet import SheetItem, SheetView
from maps.views import Frame, Listing, Refusal

NOW = datetime(2026, 5, 13, 6, tzinfo=UTC)


def _declare(frame: Frame, name: str, lang: str) -> str:
    rows = (
        DeclareRow("guards", name, name, name, "declared", NOW, None, "not_a_number", "have"),
        DeclareRow("rules", "1", "2", name, "verified", NOW, NOW),
        DeclareRow("drills"),
    )
    view = DeclareView(name, name, "2026-05", rows, "2026-04", "2026-06", True, True, 1)
    return declare_page(frame, lang, view)


def _cases(frame: Frame, name: str, lang: str) -> str:
    late = CaseRow(name, name, name, name, "major", name, name, NOW, 40, 3, unprotected=True)
    view = CasesView(
        (late, CaseRow(name, name, "void")),
        Listing(200, 2),
        late=1,
        asked={"kind": name, "overdue": "1"},
        kinds=((name, name),),
        channels=("grid",),
        states=("void",),
    )
    return cases_page(frame, lang, view)


def _case(frame: Frame, name: str, lang: str) -> str:
    fields = (
        StepField("text", value=name),
        StepField("second_id", "choice", ((name, name),), value=name),
        StepField("other_id", "line", value=name, needed=False),
    )
    view = CaseView(
        id=name,
        kind=name,
        state=name,
        severity="major",
        category=name,
        channel=name,
        name=name,
        address=name,
        station=name,
        text=name,
        reported_at=NOW,
        due=NOW,
        level=2,
        unprotected=True,
        extended=True,
        protected=True,
        other_id=name,
        taken=(StepTaken(name, NOW, name, name, ((name, name),), NOW),),
        forms=(
            StepForm(name, name, fields, refused=True),
            StepForm(name, name, missing=("interim_at",)),
            StepForm("start", name),
        ),
        etag=name,
        key=name,
        back=name,
        done=name,
        refusal=Refusal("missing", "a", name if lang == "en" else ""),
        typed=name,
    )
    return case_page(frame, lang, view)


def _report(frame: Frame, name: str, lang: str) -> str:
    one = OwnHazard(name, "minor", name, name, NOW, 3, 1, False, True, StepForm("rectify", name))
    view = ReportView(
        places=((name, name),),
        dues={"major": NOW, "general": NOW, "minor": NOW},
        categories=("other",),
        typed={"premises": name, "severity": "minor", "text": name},
        refusal=Refusal("missing_text", "text"),
        made=one,
        done=True,
        hazards=(one,),
        key=name,
    )
    return report_page(frame, lang, view)


def _row(name: str) -> IndexRow:
    return IndexRow(
        name,
        name,
        70.0,
        65.0,
        75.0,
        "orange",
        (3, 9),
        ("imputed", "stale"),
        (("guards", 1.0, 4.0), ("overdue", 10.0, 10.0)),
        (("yellow", ("close_overdue", "self_report"), 72.0), ("blue", (), 0.0)),
        -1.5,
        "routine",
    )


def _months(frame: Frame, name: str, lang: str) -> str:
    rows = (MonthRow("2026-04", 1, {"blue": 3}), MonthRow("2026-03"))
    refusal = Refusal("not_published", detail=name)
    view = MonthsView(rows, "2026-06", "2026-05", ("2026-05", NOW), refusal=refusal)
    return months_page(frame, lang, view)


def _index(frame: Frame, name: str, lang: str) -> str:
    view = IndexView(
        "2026-05",
        None,
        (_row(name),),
        Listing(200, 2),
        {"orange": 1},
        notes=("provisional",),
        made_at=NOW,
        propose=(name,),
        may_publish=True,
        closes=NOW,
    )
    return index_page(frame, lang, view)


def _slips(frame: Frame, name: str, lang: str) -> str:
    sheet = SheetView(
        name=name,
        slip_no=name,
        state="drawn",
        month="2026-05",
        basis="routine",
        reasons=("major_overdue",),
        items=(SheetItem("major", name, NOW, NOW),),
        deficits=(("guards", 4.0),),
        lifts=(("yellow", ("self_report",)), ("blue", ())),
        due=NOW,
    )
    forms = (
        StepForm("check", name),
        StepForm("withhold", name, (StepField("text", value=name),), refused=True),
    )
    card = SlipCard(
        name,
        name,
        sheet,
        name,
        name,
        name,
        forms,
        (StepTaken(name, NOW, name, name),),
        Refusal("missing", "1-withhold-text"),
        name,
    )
    view = SlipsView(
        (card,),
        Listing(90, 2, 20),
        {"drawn": 1},
        "2026-05",
        "drawn",
        ("2026-05",),
        ("drawn", "issued"),
        "?page=2",
        name,
        draws=True,
        draw_month="2026-05",
        drawn=2,
        needs_visit=1,
        done=name,
    )
    return slips_page(frame, lang, view)


MONTH_PAGES: dict[str, Callable[[Frame, str, str], str]] = {
    "cases": _cases,
    "case": _case,
    "report": _report,
    "index_months": _months,
    "index_month": _index,
    "index_own": lambda frame, name, lang: own_index_page(frame, lang, "2026-05", 1, _row(name)),
    "slips": _slips,
    "declare": _declare,
    "declare_choose": lambda frame, name, lang: choose_page(
        frame, lang, name, [(name, name, name)], 3
    ),
}
