"""The numbers of a month: the park file's, with the weights that two persons signed for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_risk.safety_index import IndexParams

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo_risk.park import ParkFile


def params_of(park: ParkFile, weights: Mapping[str, float] | None = None) -> IndexParams:
    """Give the index's numbers.

    Parameters
    ----------
    park
        `[safety_index]` and `[severity]`.
    weights
        Indicator to points, where others than the park file's are in force.

    Returns
    -------
    IndexParams
    """
    said, table = park.safety_index, park.severity
    plain = {name: one for some in said.weights.values() for name, one in some.items()}
    rules = (table.major, table.general, table.minor)
    return IndexParams(
        weights=dict(weights) if weights is not None else plain,
        window_months=said.window_months,
        incident_window_months=said.incident_window_months,
        z=said.z,
        theta_scale=said.theta_scale,
        kappa=said.kappa,
        burden_scale=said.burden_scale,
        severity_points=(rules[0].points, rules[1].points, rules[2].points),
        due_days=(rules[0].due_days, rules[1].due_days, rules[2].due_days),
        self_overdue_factor=said.self_report.overdue_factor,
        month_cap_points=said.self_report.month_cap_points,
        recheck_share=said.self_report.recheck_share,
        cuts=said.colours.cuts,
        margin=said.colours.margin,
        dwell_months=said.colours.dwell_months,
        worst_share=said.slip.worst_share,
        slip_months=said.slip.months,
        repeat_days=said.slip.repeat_days,
    )
