"""What every route works with, in one value: park, store, what is shown, the clock.

Made once in `create_app`, read by `deps`. Nothing in it changes while the service runs, except what
the watcher shows and the counters count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from shapely.geometry.base import BaseGeometry

from api.audience import Sight
from api.auth import Throttles, TokenUses
from api.board import Board
from api.finder import Finder
from api.jobs import Jobs
from api.kept import KeptRecords
from api.kept_months import KeptMonths
from api.live_feed import LiveFeed
from api.live_map import LiveMap
from api.ogc.wire import Wire
from api.past import Past
from api.previews import Previews
from api.proposed import Proposed
from api.shown import Watcher
from geo_risk.park import ParkFile
from geo_risk.planbook import Ways
from geo_risk.publicbook import PublicBook
from geo_risk.settings import Settings
from geo_risk.store import Store


@dataclass(frozen=True)
class Service:
    """The running service.

    Parameters
    ----------
    settings, park
        As given to `create_app`.
    store
        Open while the service runs.
    kept
        Records that every map needs, in memory.
    boundary
        The park's edge, degrees in the park's datum.
    wire
        How coordinates leave and enter.
    watcher
        Knows what is shown.
    past
        Knows what was shown before.
    live
        Looks for what changed.
    live_map
        Knows what is shown with the reports since.
    throttles
        Counts failed sign-ins.
    clock
        Gives the present, zone-aware; read at the door only.
    jobs
        Work that takes longer than a request.
    previews
        The running month's index, worked out a moment ago.
    public
        What was shown to everybody, and is kept as it was.
    ways
        Travel times that were measured for a plan.
    proposed
        Proposals of zones and stations, worked out a moment ago.
    uses
        Notes that a token is used.
    finder
        Keys by which enterprises are found.
    months
        Scores of published months.
    """

    settings: Settings
    park: ParkFile
    store: Store
    kept: KeptRecords
    boundary: BaseGeometry
    wire: Wire
    watcher: Watcher
    past: Past
    live: LiveFeed
    live_map: LiveMap
    throttles: Throttles
    clock: Callable[[], datetime]
    jobs: Jobs
    previews: Previews
    public: PublicBook
    ways: Ways = field(default_factory=Ways)
    proposed: Proposed = field(default_factory=Proposed)
    uses: TokenUses = field(default_factory=TokenUses)
    finder: Finder = field(default_factory=Finder)
    months: KeptMonths = field(default_factory=KeptMonths)

    @property
    def session_cookie(self) -> str:
        """Name of the session's cookie: per park, for several may run on one host."""
        return f"geo_risk_{self.park.park.id}"

    @property
    def form_cookie(self) -> str:
        """Name of the cookie that binds the sign-in form to one browser."""
        return f"geo_risk_{self.park.park.id}_form"


def board_of(service: Service, sight: Sight, now: datetime) -> Board:
    """Make the reader of what a map draws, for one reader at one moment."""
    return Board(
        service.store, service.kept, service.park, service.wire, sight, now, service.public
    )
