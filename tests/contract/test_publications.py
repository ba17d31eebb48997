"""Publications: what a build shows comes back to the last bit, and the last ones stay."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from dataclasses import fields, replace

import numpy as np
import pytest
import sqlalchemy as sa

from geo_risk.errors import BusyError, StoreError
from geo_risk.published import RiskClass
from geo_risk.store import Store
from geo_risk.store.publications import KEPT
from geo_risk.store.schema import publications
from tests.contract.conftest import Place
from tests.contract.examples import DAY, KEEPER, NOW
from tests.contract.published_examples import alike, publication


def test_a_publication_comes_back_to_the_last_bit(store: Store, place: Place) -> None:
    """Every field of it, odd numbers in parameters too; the versions are the same."""
    assert store.publication() is None
    assert store.publication_seq() == 0
    said = publication(1)
    main = said.surfaces[said.main]
    assert all(getattr(main, one.name) is not None for one in fields(main))  # all is tried
    assert store.publish(said, actor=KEEPER, at=NOW) == store.publication_seq() > 0
    for reader in (store, place.open(store.park_id, store.state_dir)):
        kept = reader.publication()
        assert kept is not None
        assert alike(said, kept)
        for surface_id, graded in kept.surfaces.items():
            assert graded.surface.version == said.surfaces[surface_id].surface.version
        assert isinstance(kept.zones[0].risk_class, RiskClass)
        assert isinstance(kept.premises[0].risk_class, RiskClass)


def test_files_are_named_by_surface_and_version(store: Store) -> None:
    """`surfaces/<id>/<version>.npz`; the same values with other classes stand beside it."""
    said = publication(1)
    store.publish(said, actor=KEEPER, at=NOW)
    main = said.surfaces["risk.combined"]
    path = store.surfaces_dir / "risk.combined" / f"{main.surface.version}.npz"
    assert path.exists()
    with np.load(path) as arrays:
        assert np.array_equal(arrays["classes"], main.classes)
    other = replace(main, classes=np.where(main.classes > 0, 1, 0).astype(np.uint8))
    store.publish(replace(said, surfaces={**said.surfaces, main.id: other}), actor=KEEPER, at=NOW)
    assert len(list(path.parent.iterdir())) == 2
    now, before = store.past_publications(2)
    assert np.array_equal(now.surfaces[main.id].classes, other.classes)
    assert np.array_equal(before.surfaces[main.id].classes, main.classes)


def test_the_last_publications_are_kept_for_hysteresis(store: Store) -> None:
    """Newest first, classes and breaks in them; the oldest lose their files and nothing else."""
    for seed in range(1, KEPT + 4):
        store.publish(publication(seed), actor=KEEPER, at=NOW + seed * DAY)
    past = store.past_publications(100)
    assert [one.as_of for one in past] == [
        publication(seed).as_of for seed in range(KEPT + 3, 3, -1)
    ]
    assert past[1].surfaces["risk.combined"].breaks == (1.0, 2.5, 4.0)
    assert past[1].premises == ()
    assert len(store.past_publications(3)) == 3
    assert len(list((store.surfaces_dir / "risk.combined").iterdir())) == KEPT
    actions = [one.action for one in store.events("publications")]
    assert actions == ["published"] * (KEPT + 3)


def test_publishing_the_same_again_keeps_its_files(store: Store) -> None:
    """A file that several publications name goes with the last of them."""
    for _ in range(KEPT + 3):
        store.publish(publication(1), actor=KEEPER, at=NOW)
    assert store.publication() is not None
    assert len(list((store.surfaces_dir / "risk.combined").iterdir())) == 1


def test_files_of_a_killed_build_are_swept_after_a_day(store: Store) -> None:
    """Not before: they may be another build's, about to be published."""
    store.publish(publication(1), actor=KEEPER, at=NOW)
    folder = store.surfaces_dir / "risk.combined"
    fresh, stale = folder / "feedfeedfeed.npz", folder / ".deaddeaddead.npz.7.part"
    for path in (fresh, stale):
        path.write_bytes(b"x")
    newest = max(path.stat().st_mtime for path in folder.iterdir())
    os.utime(stale, (newest - 2 * 86400, newest - 2 * 86400))
    store.publish(publication(2), actor=KEEPER, at=NOW)
    assert fresh.exists()
    assert not stale.exists()
    assert len(list(folder.iterdir())) == 3


def test_a_missing_or_damaged_file_is_an_error_that_names_it(store: Store, place: Place) -> None:
    """Not a wrong map."""
    said = publication(1)
    store.publish(said, actor=KEEPER, at=NOW)
    path = next((store.surfaces_dir / "risk.combined").iterdir())
    content = path.read_bytes()
    fresh = place.open(store.park_id, store.state_dir)
    middle = len(content) // 3
    for bad in (content[:200], content[:middle] + b"\0" * 8 + content[middle + 8 :], b"x"):
        path.write_bytes(bad)
        with pytest.raises(StoreError, match=rf"{path.name} (is damaged|does not hold)"):
            fresh.publication()
    path.unlink()
    with pytest.raises(StoreError, match=rf"{path.name} is missing. Build the park again"):
        fresh.publication()


def test_a_publication_that_fails_leaves_the_last_one(store: Store) -> None:
    """Files are written first, the switch is one transaction."""
    store.publish(publication(1), actor=KEEPER, at=NOW)
    seq = store.publication_seq()
    broken = replace(publication(2), facts={("a", "key"): 1})  # type: ignore[dict-item]
    with pytest.raises(TypeError):
        store.publish(broken, actor=KEEPER, at=NOW)
    assert store.publication_seq() == seq
    kept = store.publication()
    assert kept is not None
    assert kept.as_of == publication(1).as_of
    assert store.publish(publication(3), actor=KEEPER, at=NOW) > seq


def test_the_parks_lock_is_taken_once(place: Place) -> None:
    """By a store, another store of the same process, another process; a park has its own."""
    store = place.open()
    twin = place.open(store.park_id, store.state_dir)
    with store.park_lock():
        with pytest.raises(BusyError, match="is being built"), twin.park_lock():
            pass
        with place.open().park_lock():
            pass
    with twin.park_lock():
        pass


def test_the_parks_lock_goes_with_a_killed_process(place: Place) -> None:
    """Kill -9 leaves no lock behind."""
    store = place.open()
    code = (
        "import sys, time; from pathlib import Path; from geo_risk.store import open_store;"
        "store = open_store(sys.argv[1], park_id=sys.argv[2], state_dir=Path(sys.argv[3]));"
        "lock = store.park_lock(); lock.__enter__(); print('held', flush=True); time.sleep(600)"
    )
    arguments = [place.url(store.state_dir), store.park_id, str(store.state_dir)]
    child = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    with pytest.raises(BusyError), store.park_lock():
        pass
    child.kill()
    child.communicate()
    for _ in range(200):
        try:
            with store.park_lock():
                break
        except BusyError:
            os.sched_yield()
    else:
        pytest.fail("the lock outlived the process that held it")


def test_a_publication_of_before_premises_had_a_risk_is_read(store: Store, place: Place) -> None:
    """Its rows have fewer fields; the risk is not known, and the rest is there."""
    store.publish(publication(1), actor=KEEPER, at=NOW)
    with store._database.write() as connection:
        row = json.loads(connection.scalar(sa.select(publications.c.premises)) or "")
        short = json.dumps([one[:8] for one in row])
        connection.execute(publications.update().values(premises=short))
    kept = place.open(store.park_id, store.state_dir).publication()
    assert kept is not None
    assert kept.premises[0].value == publication(1).premises[0].value
    assert math.isnan(kept.premises[0].probability)
    assert kept.premises[0].contributions == ()
