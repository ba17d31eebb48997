"""How much a packed file may unpack to: a small file that fills the memory is refused.

Takes sizes, or a gzip's bytes; gives what was inside, or an error that says what to do instead.
A limit in times the file's size tells what was packed to do harm from what is merely large: tables
reach thirty, spaces a thousand.
"""

from __future__ import annotations

import gzip
import zlib
from typing import IO, TYPE_CHECKING

from geo_risk.errors import FileFormatError

if TYPE_CHECKING:
    from collections.abc import Iterator

_ALWAYS_BYTES = 50_000_000
_MOST_TIMES = 100
_PIECE_BYTES = 1_000_000


def check_unpacked(unpacked: int, packed: int, file: str) -> None:
    """Refuse what unpacks to very much more than it is.

    Parameters
    ----------
    unpacked, packed
        Bytes.
    file
        Its name, for messages.

    Raises
    ------
    FileFormatError
        When it is both more than 50 MB and more than 100 times the file's size.
    """
    if unpacked > max(_ALWAYS_BYTES, _MOST_TIMES * packed):
        raise FileFormatError(
            f"{file} unpacks to more than {_MOST_TIMES} times its size.",
            "Copy its rows into a new file and hand that in.",
        )


def unzipped(packed: IO[bytes], size: int, file: str) -> Iterator[bytes]:
    """Give the contents of a gzip file piece by piece.

    Parameters
    ----------
    packed
        The open file.
    size
        Its bytes.
    file
        Its name, for messages.

    Raises
    ------
    FileFormatError
        When it is damaged, or unpacks to too much: before that is in memory.
    """
    seen = 0
    try:
        with gzip.open(packed) as inside:
            while piece := inside.read(_PIECE_BYTES):
                seen += len(piece)
                check_unpacked(seen, size, file)
                yield piece
    except (OSError, EOFError, zlib.error):
        raise FileFormatError(f"{file} is no whole gzip file.", "Fetch it again.") from None
