"""The whole story in its order; the test and the page of docs/ tell the same one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from docs.month import april, beginning, march
from docs.month.cast import Story
from docs.month.office import Office

ACTS: tuple[Callable[[Story], None], ...] = (
    beginning.list_comes_in,
    beginning.pins,
    march.visits,
    march.channels,
    march.closings,
    march.declarations,
    march.reopening,
    march.county,
    march.month_end,
    april.publish,
    april.slips,
    april.receipts,
    april.second_round,
    april.verification,
    april.next_month,
)


Show = Callable[[Office], Callable[[str, str, str], None]]


def tell(folder: Path, show: Show | None = None) -> Story:
    """Tell the story of one month.

    Parameters
    ----------
    folder
        Empty; the park comes to be in it.
    show
        Given the office, gives what takes pictures; without it nobody does.

    Returns
    -------
    Story
        With what was read in each act.
    """
    office = Office(folder)
    story = Story(office) if show is None else Story(office, show(office))
    beginning.open_office(office)
    with office.serving():
        for act in ACTS:
            act(story)
    return story
