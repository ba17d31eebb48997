"""Search over a real store: keys are made once a version, follow changes, and forget."""

from __future__ import annotations

import pytest

from api.audience import sight_of
from api.finder import Finder
from api.kept import KeptRecords
from geo_risk.records import Actor, Role
from geo_risk.store import Query, Store, Update
from tests.contract.examples import DAY, KEEPER, NOW, enterprise, premises

CHIEF = sight_of(Actor("chief", Role.CHIEF, "http"))
ANALYST = sight_of(Actor("analyst", Role.ANALYST, "http"))


@pytest.fixture
def park(store: Store) -> Store:
    """Three enterprises, one premises each."""
    named = {1: "样例重工", 2: "样例长兴纺织", 3: "Sample 电子"}
    firms = [
        enterprise(n, name=name, credit_code="", number=f"QY{n:03d}") for n, name in named.items()
    ]
    places = [
        premises(n, enterprise_id=firms[n - 1].id, address=f"样例路 {n}0 号", number=f"CS{n:03d}")
        for n in named
    ]
    store.put([*firms, *places], actor=KEEPER, at=NOW)
    return store


class Searches:
    """One finder over one store, as the service has it."""

    def __init__(self, store: Store) -> None:
        self.store, self.kept, self.finder = store, KeptRecords(store), Finder()

    def __call__(self, typed: str, sight=CHIEF) -> dict[str, str]:
        """Give why each was found, `!` where all of it was typed."""
        found = self.finder.find(self.store, self.kept, sight, typed, NOW + DAY)
        return {id_: f"{hit.why}{'!' if hit.exact else ''}" for id_, hit in found.items()}

    def names_read(self) -> int:
        """How many records' person data was read, as the audit has it."""
        return sum(one.count for one in self.store.audits() if one.what == "read")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("样例重工", {1: "name!"}),
        ("　样例 重工", {1: "name!"}),
        ("重工", {1: "name"}),
        ("ylzg", {1: "initials"}),
        ("chonggong", {1: "pinyin"}),
        ("zhangxing", {2: "pinyin"}),
        ("ｑｙ００２", {2: "id!"}),
        ("cs003", {3: "id!"}),
        ("QY00", {1: "id", 2: "id", 3: "id"}),
        ("样例路20", {2: "address"}),
        ("sample", {3: "name"}),
        ("nothing", {}),
        (" ", {}),
    ],
)
def test_an_enterprise_is_found_by_what_people_type(park: Store, typed: str, found) -> None:
    """By name, pinyin, number and address; the closest way is named, `!` where it is whole."""
    assert Searches(park)(typed) == {enterprise(n).id: why for n, why in found.items()}


def test_who_reads_no_names_finds_by_codes_only(park: Store) -> None:
    """Nor by an address: whether a name matches would tell it letter by letter."""
    search = Searches(park)
    search("ylzg")  # the keys are in memory now
    assert search("ylzg", ANALYST) == {}
    assert search("样例", ANALYST) == {}
    assert search("样例路", ANALYST) == {}
    assert search("QY002", ANALYST) == {enterprise(2).id: "id!"}


def test_names_are_read_once_for_each_version(park: Store) -> None:
    """A second search reads nobody's name; a change reads that one."""
    search = Searches(park)
    search("ylzg")
    first = search.names_read()
    assert first == 6
    search("zhangxing")
    assert search.names_read() == first
    id_ = enterprise(1).id
    park.apply(
        updates=[Update("enterprises", id_, {"name": "新名样例"})], actor=KEEPER, at=NOW + DAY
    )
    assert search("xmyl") == {id_: "initials"}
    assert search("ylzg") == {}
    assert search.names_read() == first + 1


def test_what_is_forgotten_is_found_no_longer(park: Store) -> None:
    """No key of it stays in memory, though the record and its version stay."""
    search = Searches(park)
    id_ = enterprise(1).id
    before = park.find(Query("enterprises", ids=[id_]), actor=KEEPER)[0].etag
    assert search("ylzg") == {id_: "initials"}
    assert park.forgotten_count() == 0
    park.forget(id_, actor=KEEPER, at=NOW + DAY)
    assert park.forgotten_count() > 0
    assert park.find(Query("enterprises", ids=[id_]), actor=KEEPER)[0].etag == before
    assert search("ylzg") == {}
    assert search("样例路 10") == {}
    assert search("QY001") == {id_: "id!"}


@pytest.mark.parametrize(
    ("typed", "order"),
    [
        ("样例", [1, 2, 3]),
        ("sample", [3]),
        ("dz", [3]),
        ("QY003", [3]),
        ("QY00", [1, 2, 3]),
        ("没有", []),
        (" ", []),
    ],
)
def test_the_best_are_given_in_order(park: Store, typed: str, order: list[int]) -> None:
    """By name before address; by number, by first letters also from within; " " finds nobody."""
    kept, finder = KeptRecords(park), Finder()
    found, many = finder.best(park, kept, CHIEF, typed, NOW + DAY, 10)
    assert [one.id for one in found] == [enterprise(n).id for n in order]
    assert many == len(order)


def test_no_more_names_are_read_than_are_given(park: Store) -> None:
    """Who types in a box of suggestions reads those alone, once the keys are made."""
    searches = Searches(park)
    searches("QY")
    before = searches.names_read()
    found, many = searches.finder.best(park, searches.kept, CHIEF, "QY00", NOW + DAY, 2)
    assert ([one.name for one in found], many) == (["样例重工", "样例长兴纺织"], 3)
    assert searches.names_read() == before + 2
