"""Names with characters that turn the direction of writing, kept from turning what stands beside.

A name may hold U+202E and its like (Unicode's explicit bidirectional formatting, UAX 9): what was
typed is kept as it was typed. Where it is shown it is closed in an isolate, its own openings closed
within it. A template's values are marked while it is filled (`marked`), and the marks become
isolates in the finished page (`settled`), but not inside tags and text fields, whose values are
sent back as they were typed.
"""

from __future__ import annotations

import re

from markupsafe import Markup

_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_EMBEDS = frozenset("\u202a\u202b\u202d\u202e")
_ISOLATES = frozenset("\u2066\u2067\u2068")
_POP, _FIRST_STRONG, _END = "\u202c", "\u2068", "\u2069"
_OPEN, _CLOSE = "\ufdd0\ufdd1", "\ufdd1\ufdd0"
_MARKED = re.compile(f"{_OPEN}(.*?){_CLOSE}", re.DOTALL)
_AS_TYPED = re.compile(r"(<textarea\b.*?</textarea>|<[^>]*>)", re.DOTALL | re.IGNORECASE)


def isolated(text: str) -> str:
    """Give a text that turns nothing beside it; one without such characters as it is.

    Examples
    --------
    >>> isolated("plain")
    'plain'
    >>> [f"{ord(one):X}" for one in isolated(chr(0x202E) + "b")]
    ['2068', '202E', '62', '202C', '2069']
    """
    if not _TURNS.search(text):
        return text
    said: list[str] = []
    opened: list[str] = []
    for one in text:
        if one == _END:
            if _END not in opened:
                continue  # closes nothing of its own, and must not close what is around it
            while opened[-1] != _END:
                opened.pop()
            opened.pop()
        elif one == _POP:
            if not opened or opened[-1] != _POP:
                continue
            opened.pop()
        elif one in _ISOLATES:
            opened.append(_END)
        elif one in _EMBEDS:
            opened.append(_POP)
        said.append(one)
    return "".join((_FIRST_STRONG, *said, *reversed(opened), _END))


def marked(value: object) -> object:
    """Mark a value that is put into a template, where it turns; markup was filled before."""
    if isinstance(value, str) and not isinstance(value, Markup) and _TURNS.search(value):
        return f"{_OPEN}{value}{_CLOSE}"
    return value


def settled(page: str) -> str:
    """Give a filled page in which what was marked is isolated, or as it was typed inside tags."""
    if _OPEN not in page:
        return page
    parts = _AS_TYPED.split(page)
    return "".join(
        _MARKED.sub(lambda one: one[1], part)
        if n % 2
        else _MARKED.sub(lambda one: isolated(one[1]), part)
        for n, part in enumerate(parts)
    )
