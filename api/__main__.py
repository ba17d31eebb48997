"""`python -m api`: the command line, where `geo-risk` is not on the PATH."""

from __future__ import annotations

from api.cli import main

if __name__ == "__main__":
    main()
