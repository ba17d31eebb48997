"""The pages of a month's work: declare, report, drive cases, read the index, send slips, visit.

Takes plain frozen values, already cut to their reader, gives whole HTML documents. Forms are plain
posts: every page works without a script, keeps what was typed when something is refused, and says
at the field what to mend.
"""

from maps.month.board import BoardView, Column, board_page
from maps.month.cases import CaseRow, CasesView, CaseView, case_page, cases_page
from maps.month.declare import DeclareRow, DeclareView, choose_page, declare_page
from maps.month.index import (
    IndexRow,
    IndexView,
    MonthRow,
    MonthsView,
    index_page,
    months_page,
    own_index_page,
)
from maps.month.plan import ChangeView, PlanTask, PlanView, plan_page
from maps.month.plan_move import MoveCost, MoveView, Shifted, move_page
from maps.month.report import OwnHazard, ReportView, report_page
from maps.month.slips import SlipCard, SlipsView, slips_page
from maps.month.steps import StepField, StepForm, StepTaken, first_missing, refused_forms
from maps.month.today import TodayView, today_page

__all__ = [
    "BoardView",
    "CaseRow",
    "CaseView",
    "CasesView",
    "ChangeView",
    "Column",
    "DeclareRow",
    "DeclareView",
    "IndexRow",
    "IndexView",
    "MonthRow",
    "MonthsView",
    "MoveCost",
    "MoveView",
    "OwnHazard",
    "PlanTask",
    "PlanView",
    "ReportView",
    "Shifted",
    "SlipCard",
    "SlipsView",
    "StepField",
    "StepForm",
    "StepTaken",
    "TodayView",
    "board_page",
    "case_page",
    "cases_page",
    "choose_page",
    "declare_page",
    "first_missing",
    "index_page",
    "months_page",
    "move_page",
    "own_index_page",
    "plan_page",
    "refused_forms",
    "report_page",
    "slips_page",
    "today_page",
]
