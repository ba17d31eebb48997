"""One desk of several people, for random acts: what they share, and what holds of every act.

An act is done or refused. Done, what was there is still there; refused, not one row of the database
is different and the error says what to do next. The clock may run backwards. A request with a key
that comes again gets the first answer. Which acts there are, the machines built on this know.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar
from zlib import crc32

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from geo_risk.errors import GeoRiskError, NotFoundError, StaleError
from geo_risk.park import ParkFile
from geo_risk.records import Actor, Enterprise, Record, Role, Step
from geo_risk.store import Answer, Idempotency, Query, Store, Stored, User, open_store
from tests.contract.examples import DAY, NOW, one_of_each
from tests.contract.test_events import kept, replayed

T = TypeVar("T")
FIRMS = ("list:1", "list:2")
OFFICER = Actor("u-officer", Role.OFFICER, "http")
CHIEF = Actor("u-chief", Role.CHIEF, "http")
ACTORS = [
    OFFICER,
    Actor("u-second-officer", Role.OFFICER, "http"),
    Actor("u-clerk", Role.CLERK, "http"),
    CHIEF,
    Actor("u-second-chief", Role.CHIEF, "http"),
    Actor("u-mediator", Role.MEDIATOR, "http"),
    *(Actor(f"u-{one}", Role.ENTERPRISE, "http", enterprise_id=one) for one in FIRMS),
    Actor("u-volunteer", Role.VOLUNTEER, "http"),
]
ENDS = {"withhold", "withdraw", "void", "merge"}
"""What ends a story early is done more seldom."""

WHO = st.sampled_from(ACTORS)
LUCK = st.integers(0, 999)
HOURS = st.integers(-200, 400)


class DeskAtRandom(RuleBasedStateMachine):
    """Two enterprises in scope, one that is not, a station, an account for everybody."""

    template: Path
    park: ParkFile

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "store.sqlite")
        self.store: Store = open_store(
            f"sqlite:///{self.folder / 'store.sqlite'}", park_id="t", state_dir=self.folder
        )
        self.now: datetime = NOW
        self.latest: datetime = NOW
        self.acts = 0
        self.known: dict[str, set[str]] = {}
        self.taken: dict[str, int] = {}
        """So many steps each record has."""
        self.old: dict[str, str] = {}
        """An etag that each record no longer has."""
        self.keys: dict[str, tuple[Callable[[], Answer | None], str, datetime]] = {}
        self.is_checked = True
        stations = [
            replace(one, id=number)
            for one in one_of_each()
            if one.collection == "stations"
            for number in ("s:1", "s:2")
        ]
        firms = [Enterprise(id=one, above_scale=True, employees=90) for one in FIRMS]
        self.enter([*stations, *firms, Enterprise(id="list:3", employees=0)], CHIEF)
        for one in ACTORS:
            self.store.put_user(User(one.id, one.id, one.role, "x"), actor=CHIEF, at=NOW)

    def enter(self, records: list[Record], actor: Actor) -> None:
        """Somebody enters records; they are there from now on."""
        self.store.put(records, actor=actor, at=self.now)
        for one in records:
            self.known.setdefault(one.collection, set()).add(one.id)
        self.is_checked = False

    def turn(self, luck: int, hours: int) -> int:
        """Move the clock, which may run backwards; spread luck, as drawn numbers tend to be low."""
        self.now = max(NOW, self.now + timedelta(hours=hours))
        self.latest = max(self.latest, self.now)
        self.acts += 1
        return crc32(f"{luck} {self.acts}".encode())

    def found(self, collection: str) -> list[Any]:
        """Give the records of a collection."""
        return [one.record for one in self.store.find(Query(collection), actor=CHIEF)]

    def one(self, collection: str, record_id: str) -> Stored[Any]:
        """Give one record as it is kept."""
        return self.store.get(collection, record_id, actor=CHIEF)

    def attempt(self, do: Callable[[], T], *, is_stale: bool = False) -> T | None:
        """Do something; refused, nothing is different, and who acted on an old state is refused."""
        before = self.everything()
        refused, done = _tried(do)
        if refused is None:
            assert not is_stale
            self.is_checked = False
            return done
        assert refused.message
        assert refused.hint
        assert isinstance(refused, StaleError | NotFoundError) or not is_stale
        assert is_stale or not isinstance(refused, StaleError)
        assert self.everything() == before
        return None

    def step(
        self,
        collection: str,
        record_id: str,
        luck: int,
        do: Callable[[str | None, Idempotency | None], Answer | None],
    ) -> None:
        """Take a step of a record: as it is, as it was before somebody else's step, or by a key."""
        key, is_stale = None, luck % 11 == 1 and record_id in self.old
        if not is_stale and luck % 4 == 1:
            key = Idempotency(f"key-{len(self.keys):05d}", "d", _answer)
        etag = self.one(collection, record_id).etag
        at = self.now
        answer: list[Answer | None] = []
        if_match = self.old[record_id] if is_stale else None
        self.attempt(lambda: answer.append(do(if_match, key)), is_stale=is_stale)
        if not answer:
            return
        self.taken[record_id] = self.taken.get(record_id, 0) + 1
        if self.one(collection, record_id).etag != etag:
            self.old[record_id] = etag
        if key is not None:
            assert answer[0] is not None
            self.keys[key.key] = (lambda: do(None, key), answer[0].body, at)

    def everything(self) -> list[Any]:
        """Give every row of the database, except who read what and when."""
        with closing(sqlite3.connect(self.folder / "store.sqlite")) as book:
            tables = [
                name
                for (name,) in book.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
                if name != "audit"
            ]
            return [(name, book.execute(f"SELECT * FROM {name}").fetchall()) for name in tables]  # noqa: S608 (the database's own names)

    @precondition(lambda self: len(self.keys) > 2)
    @rule(which=st.integers(0, 50))
    def repeat(self, which: int) -> None:
        """A request comes a second time: the first answer, and nothing else."""
        do, body, at = self.keys[sorted(self.keys)[which % len(self.keys)]]
        if self.latest >= at + 30 * DAY:
            return  # keys are kept so long
        before = self.everything()
        again = do()
        assert again is not None
        assert again.body == body
        assert self.everything() == before

    @invariant()
    def what_holds_of_all(self) -> None:
        """After every act that was done; a refused one left every row as it was."""
        if not self.is_checked:
            records = {one: self.found(one) for one in self.known}
            for collection, ids in self.known.items():
                assert {one.id for one in records[collection]} == ids
            steps: dict[str, list[Step]] = {}
            for one in sorted(self.found("steps"), key=lambda one: (one.at, one.id)):
                steps.setdefault(one.subject_id, []).append(one)
            self.check(records, steps)
            self.is_checked = True

    def check(self, records: dict[str, list[Any]], steps: dict[str, list[Step]]) -> None:
        """Hold what each machine knows of its own records and their steps."""

    def check_steps(
        self, record_id: str, steps: list[Any], arrows: set[tuple[str, str, str]]
    ) -> None:
        """As many steps as were taken, each an arrow of the diagram that begins where one ended."""
        assert len(steps) == self.taken.get(record_id, 0)
        for one in steps:
            assert (one.action, one.state_from, one.state_to) in arrows
        assert all(one.state_to == then.state_from for one, then in pairwise(steps))

    def teardown(self) -> None:
        """Tell all records again from their events, then take the store away."""
        assert replayed(self.store) == kept(self.store)
        self.store.close()
        shutil.rmtree(self.folder)


def likely(
    possible: Callable[[Actor], list[Any]], who: Actor, action: str, luck: int
) -> tuple[Actor, str]:
    """Give mostly somebody who may do something, and what; sometimes anybody and anything.

    Parameters
    ----------
    possible
        Gives the moves that an actor may make now.
    """
    may = {one: [move.action for move in possible(one)] for one in ACTORS}
    words = sorted({word for own in may.values() for word in own})
    words = [one for one in words if one not in ENDS or luck % 5 == 1] or words
    if luck % 6 == 0 or not words:
        return who, action
    action = words[luck // 6 % len(words)]
    able = [one for one in ACTORS if action in may[one]]
    return able[luck // 60 % len(able)], action


def _tried(do: Callable[[], T]) -> tuple[GeoRiskError | None, T | None]:
    try:
        return None, do()
    except GeoRiskError as refused:
        return refused, None


def _answer(stored: Any) -> Answer:
    return Answer(201, stored[0].record.id)
