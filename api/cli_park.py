"""Opening a park for a command: park file, settings, store.

Takes the words of a command line, gives an open `Workspace`; the environment is read here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from geo_risk.park import ParkFile, read_park
from geo_risk.settings import Settings
from geo_risk.workspace import Workspace


def open_workspace(
    park: Path, data: Path | None = None, as_of: datetime | None = None
) -> Workspace:
    """Open a park for a command.

    Parameters
    ----------
    park
        The park file.
    data
        Folder of the sources, None = as the environment or the park file says.
    as_of
        Overrides the park file's calendar, in the park's own time; None = leave it.

    Returns
    -------
    Workspace
        To be used in a `with` block.
    """
    settings = Settings()
    return Workspace(read_deployment(park, settings, data, as_of), settings)


def read_deployment(
    park: Path, settings: Settings, data: Path | None = None, as_of: datetime | None = None
) -> ParkFile:
    """Read a park file as a command's options and the environment want it; as `open_workspace`."""
    read = read_park(park, data if data is not None else settings.shared_data)
    if as_of is None:
        return read
    return replace(read, calendar=replace(read.calendar, as_of=as_of.isoformat()))
