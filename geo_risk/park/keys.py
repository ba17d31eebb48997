"""How a section of the park file says what its keys mean, and names the nearest known word."""

from __future__ import annotations

import difflib
from dataclasses import MISSING, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def key(comment: str, default: Any = MISSING, factory: Any = MISSING) -> Any:
    """Make a field with the comment that `geo-risk init` writes beside it."""
    meta = {"comment": comment}
    if factory is not MISSING:
        return field(default_factory=factory, metadata=meta)
    return field(metadata=meta) if default is MISSING else field(default=default, metadata=meta)


def nearest(word: str, known: Iterable[object]) -> str:
    """Name the known word nearest to one that is not known, or some of those there are."""
    words = [str(one) for one in known]
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    return f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(sorted(words)[:30])}."
