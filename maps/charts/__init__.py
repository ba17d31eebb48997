"""Pictures of figures, drawn on the server as SVG: values in, Markup out.

Every picture has a title, a description, the same numbers as a table, and one drawing for a phone
and one for a desk. Looks are classes of `console/charts.css`; the four colours are used for classes
only, and what differs differs in shape too. Where there is nothing to draw, a `Chart` says why.
"""

from maps.charts.coverage import CoverageRow, draw_coverage
from maps.charts.distribution import draw_distribution
from maps.charts.drawing import Chart, Drawing, Table
from maps.charts.funnel import FunnelPoint, draw_funnel, judge
from maps.charts.intervals import IntervalRow, draw_intervals
from maps.charts.reliability import ReliabilityClass, draw_reliability
from maps.charts.trend import TrendPoint, draw_trend, months_between
from maps.charts.waterfall import draw_waterfall

__all__ = [
    "Chart",
    "CoverageRow",
    "Drawing",
    "FunnelPoint",
    "IntervalRow",
    "ReliabilityClass",
    "Table",
    "TrendPoint",
    "draw_coverage",
    "draw_distribution",
    "draw_funnel",
    "draw_intervals",
    "draw_reliability",
    "draw_trend",
    "draw_waterfall",
    "judge",
    "months_between",
]
