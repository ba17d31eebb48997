"""Names as people type them: whole, in part, by pinyin, by the first letters of pinyin, or mixed.

Takes a name, gives its keys: one token a character, with every reading that the character has, so
that 行 is found by `hang` and by `xing`. Takes what was typed and keys, says whether and how they
match. Full-width letters and digits, case, spaces and punctuation make no difference. Readings are
pypinyin's; the walk over tokens is ours. Knows no store: whose names these are is the caller's.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from pypinyin import Style, pinyin

_TWO_LETTERS = ("zh", "ch", "sh")
_MOST_CHARACTERS = 40_000  # there are about as many with a reading


class How(IntEnum):
    """How a name matched, the closest first."""

    WHOLE = 0
    BEGINNING = 1
    PART = 2
    INITIALS = 3
    PINYIN = 4


@dataclass(frozen=True, slots=True)
class Token:
    """One character: what stands for all of it, what for its first letters, how these begin."""

    whole: tuple[str, ...]
    first: tuple[str, ...]
    heads: str


@dataclass(frozen=True, slots=True)
class NameKeys:
    """What a name is found by: its folded text, and its tokens.

    Parameters
    ----------
    text
        As `fold` gives it.
    tokens
        One for each of its characters.
    """

    text: str
    tokens: tuple[Token, ...]


def fold(text: str) -> str:
    """Give a text without case, width, spaces and punctuation.

    Examples
    --------
    >>> fold(" 样例（ＡＢ）企业　００２ ")
    '样例ab企业002'
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(one for one in plain if one.isalnum())


def keys_of(name: str) -> NameKeys:
    """Give the keys of a name."""
    text = fold(name)
    return NameKeys(text, tuple(_token(one) for one in text))


def initials_of(name: str) -> str:
    """Give the first letters of a name, by the first reading of each character.

    Examples
    --------
    >>> initials_of("样例企业 002")
    'ylqy002'
    """
    return "".join(one.first[0] for one in keys_of(name).tokens)


def match(typed: str, keys: NameKeys) -> How | None:
    """Say how a name matches what was typed.

    Parameters
    ----------
    typed
        As `fold` gives it; '' matches nothing.
    keys
        Of the name.

    Returns
    -------
    How or None
        None where it does not match.

    Examples
    --------
    >>> match("yangli", keys_of("样例企业")), match("ylqy", keys_of("样例企业"))
    (<How.PINYIN: 4>, <How.INITIALS: 3>)
    """
    if not typed:
        return None
    if typed in keys.text:
        if typed == keys.text:
            return How.WHOLE
        return How.BEGINNING if keys.text.startswith(typed) else How.PART
    if not typed.isascii() and not any(one in keys.text for one in typed if not one.isascii()):
        return None
    tokens, head = keys.tokens, typed[0]
    starts = [n for n, one in enumerate(tokens) if head in one.heads]
    if not any(_walk(typed, tokens, n, whole=True) for n in starts):
        return None
    if any(_walk(typed, tokens, n, whole=False) for n in starts):
        return How.INITIALS
    return How.PINYIN


def _walk(typed: str, tokens: tuple[Token, ...], at: int, *, whole: bool) -> bool:
    """Say whether all that was typed is read off the tokens from one on.

    `whole` allows full readings beside first letters; the last reading may be typed in part.
    """
    token = tokens[at]
    for one in token.first:
        if typed.startswith(one) and _goes_on(typed[len(one) :], tokens, at, whole=whole):
            return True
    if not whole:
        return False
    for one in token.whole:
        if one.startswith(typed):
            return True
        if typed.startswith(one) and _goes_on(typed[len(one) :], tokens, at, whole=True):
            return True
    return False


def _goes_on(rest: str, tokens: tuple[Token, ...], at: int, *, whole: bool) -> bool:
    if not rest:
        return True
    return at + 1 < len(tokens) and _walk(rest, tokens, at + 1, whole=whole)


@lru_cache(maxsize=_MOST_CHARACTERS)
def _token(character: str) -> Token:
    """Give a character's token; itself stands for it too, so that both may be typed mixed."""
    if character.isascii():
        return Token((character,), (character,), character)
    (readings,) = pinyin(character, style=Style.NORMAL, heteronym=True, errors="default")
    read = tuple(dict.fromkeys(one for one in readings if one.isascii() and one.isalpha()))
    first = [one[0] for one in read]
    first += [one[:2] for one in read if one.startswith(_TWO_LETTERS)]
    heads = "".join({one[0] for one in first})
    return Token((*read, character), (*dict.fromkeys(first), character), heads + character)
