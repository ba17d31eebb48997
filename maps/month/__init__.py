"""The pages of a month's work: declare, report, drive cases, read the index, send slips, visit.

Takes plain frozen values, already cut to their reader, gives whole HTML documents. Forms are plain
posts: every page works without a script, keeps what was typed when something is refused, and says
at the field what to mend.
"""

from maps.month.board import BoardRate, BoardView, Column, board_page
from maps.month.cases import CaseRow, CasesView, CaseView, case_page, cases_page
from maps.month.declare import DeclareRow, DeclareView, choose_page, declare_page
from maps.month.enterprise import (
    EnterpriseView,
    FirmCase,
    FirmDeclared,
    FirmIndex,
    FirmOrder,
    FirmPlace,
    FirmSlip,
    FirmVisit,
    NearStation,
    Surroundings,
    enterprise_page,
)
from maps.month.figures import FiguresView, figures_page
from maps.month.given import (
    CampaignRow,
    CampaignsView,
    GivenForm,
    GuidanceRow,
    GuidanceView,
    campaigns_page,
    guidance_page,
)
from maps.month.index import (
    IndexRow,
    IndexView,
    MonthRow,
    MonthsView,
    index_page,
    months_page,
    own_index_page,
)
from maps.month.orders import OrderCard, OrderForm, OrdersView, Whose, orders_page
from maps.month.plan import ChangeView, PlanTask, PlanView, plan_page
from maps.month.plan_move import MoveCost, MoveView, Shifted, move_page
from maps.month.queue import offline_page, queue_page
from maps.month.report import OwnHazard, ReportView, report_page
from maps.month.slips import SlipCard, SlipsView, slips_page
from maps.month.stations import (
    KindRow,
    Reach,
    ServiceForm,
    StationRow,
    StationsView,
    Waiting,
    ZoneReach,
    stations_page,
)
from maps.month.steps import StepField, StepForm, StepTaken, first_missing, refused_forms
from maps.month.today import TodayView, today_page
from maps.month.visit import (
    BLOCKS,
    OUTCOMES,
    OpenHazard,
    PastVisit,
    SavedConflict,
    SavedHazard,
    SavedView,
    VisitView,
    saved_page,
    visit_page,
)

__all__ = [
    "BLOCKS",
    "OUTCOMES",
    "BoardRate",
    "BoardView",
    "CampaignRow",
    "CampaignsView",
    "CaseRow",
    "CaseView",
    "CasesView",
    "ChangeView",
    "Column",
    "DeclareRow",
    "DeclareView",
    "EnterpriseView",
    "FiguresView",
    "FirmCase",
    "FirmDeclared",
    "FirmIndex",
    "FirmOrder",
    "FirmPlace",
    "FirmSlip",
    "FirmVisit",
    "GivenForm",
    "GuidanceRow",
    "GuidanceView",
    "IndexRow",
    "IndexView",
    "KindRow",
    "MonthRow",
    "MonthsView",
    "MoveCost",
    "MoveView",
    "NearStation",
    "OpenHazard",
    "OrderCard",
    "OrderForm",
    "OrdersView",
    "OwnHazard",
    "PastVisit",
    "PlanTask",
    "PlanView",
    "Reach",
    "ReportView",
    "SavedConflict",
    "SavedHazard",
    "SavedView",
    "ServiceForm",
    "Shifted",
    "SlipCard",
    "SlipsView",
    "StationRow",
    "StationsView",
    "StepField",
    "StepForm",
    "StepTaken",
    "Surroundings",
    "TodayView",
    "VisitView",
    "Waiting",
    "Whose",
    "ZoneReach",
    "board_page",
    "campaigns_page",
    "case_page",
    "cases_page",
    "choose_page",
    "declare_page",
    "enterprise_page",
    "figures_page",
    "first_missing",
    "guidance_page",
    "index_page",
    "months_page",
    "move_page",
    "offline_page",
    "orders_page",
    "own_index_page",
    "plan_page",
    "queue_page",
    "refused_forms",
    "report_page",
    "saved_page",
    "slips_page",
    "stations_page",
    "today_page",
    "visit_page",
]
