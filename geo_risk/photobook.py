"""The desk of photos: a picture of what was found is kept with its report, once.

Takes a cleaned picture (`ingest.clean_picture`) and a report, gives the photo's id. The same
picture handed in again is the one that is there, so a repeat needs no key. Who may add or see
photos is decided at the door.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from geo_risk.errors import ConflictError

if TYPE_CHECKING:
    from datetime import datetime

    from geo_risk.records import Actor
    from geo_risk.store import Store

MOST = 12
"""Photos that one report may have."""


def add_photo(store: Store, report_id: str, picture: bytes, *, actor: Actor, at: datetime) -> str:
    """Keep a picture of a report.

    Parameters
    ----------
    store
        The park's store.
    report_id
        A report that is there.
    picture
        A JPEG without metadata.
    actor, at
        Who adds it, and when.

    Returns
    -------
    str
        Id of the photo; of the one that is there, where it is this very picture.

    Raises
    ------
    NotFoundError
        When there is no such report.
    ConflictError
        When the report has `MOST` photos already.
    """
    kept = store.photos_of("reports", report_id)
    digest = hashlib.sha256(picture).digest()
    for one in kept:
        path = store.photo(one, actor=actor)
        if path.is_file() and hashlib.sha256(path.read_bytes()).digest() == digest:
            return one
    if len(kept) >= MOST:
        raise ConflictError(
            f"{report_id} has {MOST} photos already.", "Report what is new as a new report."
        )
    return store.put_photo("reports", report_id, picture, suffix=".jpg", actor=actor, at=at)
