"""A body is taken as its schema says: a text is no number, a number no day and no yes."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError

from api.routes.channels import TheirItem
from api.routes.index import WeightsIn
from api.routes.plan import AbsenceIn, AppointmentIn, LateIn, PlanIn

AT = "2026-05-04T08:00:00+08:00"
ABSENCE = {"officer_id": "o:1", "begin": AT, "end": AT}
APPOINTMENT = {"premises_id": "p:1", "at": AT}


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (PlanIn, {"first_day": "2026-05-04"}, {"first_day": 1_777_852_800}),
        (PlanIn, {"first_day": "2026-05-04"}, {"first_day": "1777852800"}),
        (PlanIn, {"first_day": "2026-05-04"}, {"days": "7"}),
        (PlanIn, {"first_day": "2026-05-04"}, {"seconds": "2"}),
        (PlanIn, {"first_day": "2026-05-04"}, {"seconds": True}),
        (AbsenceIn, ABSENCE, {"begin": 1_777_852_800}),
        (AbsenceIn, ABSENCE, {"end": "1777852800"}),
        (AppointmentIn, APPOINTMENT, {"at": 1_777_852_800}),
        (LateIn, {"visit_id": "v:1", "minutes": 20}, {"minutes": "20"}),
        (LateIn, {"visit_id": "v:1", "minutes": 20}, {"minutes": True}),
        (TheirItem, {"number": "1", "closed": True}, {"closed": "yes"}),
        (TheirItem, {"number": "1", "closed": True}, {"closed": 1}),
        (WeightsIn, {"weights": {"acts": 10}}, {"weights": {"acts": "10"}}),
    ],
)
def test_a_value_of_another_kind_is_refused(kind: type[BaseModel], good, bad):
    """And the same body with the right kind is taken."""
    assert kind.model_validate(good)
    with pytest.raises(ValidationError):
        kind.model_validate({**good, **bad})
