"""The one catalogue of words: whole sentences with named slots, Chinese and English.

Takes a key, a language and the slots, gives the sentence. A key or a slot that is missing is an
error, never a word of the other language. English counts have two forms, chosen by the slot `n`.
Codes that come with the data (a kind a deployment adds) are looked up by `phrase`, which gives the
code itself where the catalogue has no word. Each language is one gettext file (`zh.po`, `en.po`),
read by Babel. Dates and numbers are written in `maps.words.figures`.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from babel.messages.pofile import read_po

from maps.words.isolate import isolated

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from babel.messages.catalog import Message

    Entry = str | Mapping[str, str]

LANGS = ("zh", "en")
DEFAULT_LANG = "zh"
HTML_LANG = {"zh": "zh-CN", "en": "en"}


def checked_lang(asked: str | None) -> str:
    """Give the language asked for where we speak it, else the default."""
    return asked if asked in LANGS else DEFAULT_LANG


@cache
def catalogue(lang: str) -> Mapping[str, Entry]:
    """Give all words of a language: key to sentence, or to {"one", "other"} for counts.

    Parameters
    ----------
    lang
        One of `LANGS`.

    Raises
    ------
    KeyError
        When the language is not spoken here.
    """
    if lang not in LANGS:
        raise KeyError(f"No words in {lang!r}: one of {', '.join(LANGS)}.")
    with files("maps.words").joinpath(f"{lang}.po").open("rb") as file:
        messages = read_po(file, locale=lang, abort_invalid=True)
    return MappingProxyType(dict(_entry(one) for one in messages if one.id))


def _entry(message: Message) -> tuple[str, Entry]:
    if isinstance(message.id, str):
        return message.id, str(message.string)
    one, other = (str(text) for text in message.string or ())
    return message.id[0], {"one": one, "other": other}


def word(key: str, lang: str, **slots: object) -> str:
    """Give the sentence of a key with its slots filled.

    Parameters
    ----------
    key
        As `legend.period`.
    lang
        One of `LANGS`.
    **slots
        What stands in the braces; `n` also chooses between one and many in English, and as a whole
        number is written with its thousands marked.

    Returns
    -------
    str
        Plain text; whoever puts it into HTML escapes it.

    Raises
    ------
    KeyError
        When the key, or a slot of the sentence, is missing.

    Examples
    --------
    >>> word("class.red", "en")
    'Red'
    """
    words = catalogue(lang)
    if key not in words:
        raise KeyError(f"No word {key!r} in {lang}.po.")
    entry = words[key]
    if not isinstance(entry, str):
        entry = entry["one" if slots.get("n") == 1 else "other"]
    if isinstance(slots.get("n"), int):
        slots["n"] = f"{slots['n']:,}"
    told = {name: isolated(one) if isinstance(one, str) else one for name, one in slots.items()}
    return entry.format_map(told)


def phrase(prefix: str, code: str, lang: str) -> str:
    """Give the words of a code that comes with the data; the code itself where there are none."""
    key = f"{prefix}.{code}"
    return word(key, lang) if key in catalogue(lang) else code.replace("_", " ")


def browser_words(lang: str, prefixes: Iterable[str]) -> dict[str, Entry]:
    """Give the part of the catalogue that a page's modules need, by the first parts of its keys."""
    wanted = tuple(f"{prefix}." for prefix in prefixes)
    return {key: entry for key, entry in catalogue(lang).items() if key.startswith(wanted)}


def surface_title(surface_id: str, lang: str, kinds: Mapping[str, tuple[str, str]]) -> str:
    """Give the title of a surface.

    Parameters
    ----------
    surface_id
        `family.kind`, as `intensity.hazard`.
    lang
        One of `LANGS`.
    kinds
        Kind of report to its Chinese and English name, the deployment's own included.
    """
    if f"surface.{surface_id}" in catalogue(lang):
        return word(f"surface.{surface_id}", lang)
    family, _, kind = surface_id.partition(".")
    family = re.sub(r"^(month)_\d{4}_\d{2}$", r"\1", family)
    zh, en = kinds.get(kind, (kind, kind.replace("_", " ")))
    if f"surface_of.{family}" in catalogue(lang):
        return word(f"surface_of.{family}", lang, kind=en if lang == "en" else zh)
    return surface_id


def factor_name(name: str, lang: str) -> str:
    """Give the name of a contribution's factor, as `people` to 周边人数.

    `near.road.any.300m` and `dense.industry.C.150m` are kinds of places in reach, as
    `features.terrain_factors` names them.
    """
    found = re.fullmatch(r"(near|dense)\.(.+?)\.([\d.]+)m", name)
    if found is None:
        return phrase("factor", name, lang)
    return word(f"terrain.{found[1]}", lang, place=_place_name(found[2], lang), reach=found[3])


def _place_name(kind: str, lang: str) -> str:
    """Give the name of a kind of place; a type that the data names is put in as it stands."""
    if f"place.{kind}" in catalogue(lang):
        return word(f"place.{kind}", lang)
    family, _, name = kind.partition(".")
    key = f"place.{family}"
    return word(key, lang, name=name.replace("_", " ")) if key in catalogue(lang) else kind


def model_name(name: str, lang: str) -> str:
    """Give the name of a model: `kde_100m_45d` is a kernel of 100 m, halved in 45 days."""
    found = re.fullmatch(r"(kde|pool)_([\d.]+)m_(?:([\d.]+)d|infd)(?:_[\d.]+)?", name)
    if found is None:
        return phrase("model", name, lang)
    kind = "kernel" if found[1] == "kde" else "pool"
    if found[3] is None:
        return word(f"model.{kind}_plain", lang, width=found[2])
    return word(f"model.{kind}", lang, width=found[2], life=found[3])
