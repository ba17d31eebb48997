"""`python -m docs.month.serve PARK CLOCK`: serve a park by the clock of the story.

Prints one JSON line with the port, a free one, then answers until it is ended.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import uvicorn

from api.app import create_app
from api.cli_serve import listen
from docs.month.clock import WallClock
from geo_risk.park import read_park
from geo_risk.settings import Settings


def main(park_file: str, clock_file: str) -> None:
    """Serve."""
    settings = Settings(state=Path(park_file).parent / ".geo-risk", log_level="warning")
    app = create_app(settings, read_park(park_file), WallClock(Path(clock_file)))
    with listen("127.0.0.1", 0) as listening:
        sys.stdout.write(json.dumps({"port": listening.getsockname()[1]}) + "\n")
        sys.stdout.flush()
        config = uvicorn.Config(app, log_level="warning", access_log=False)
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main(*sys.argv[1:])
