"""Names that turn the direction of writing: closed where they are shown, as typed where they go."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from maps.words import word
from maps.words.isolate import isolated, marked, settled

RLO, PDI, FSI = "\u202e", "\u2069", "\u2068"
TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def depth_after(text: str) -> list[str]:
    """Follow UAX 9, X5a to X7: what is still open after a text; a closer of nothing is an error."""
    opened: list[str] = []
    for one in text:
        if one in "\u2066\u2067\u2068":
            opened.append("isolate")
        elif one in "\u202a\u202b\u202d\u202e":
            opened.append("embedding")
        elif one == PDI:
            while opened.pop() != "isolate":
                pass
        elif one == "\u202c":
            assert opened.pop() == "embedding"
    return opened


@given(st.text(alphabet=f"ab{TURNS}", max_size=20))
def test_an_isolated_text_is_closed_and_loses_no_letter(text: str) -> None:
    """Whatever it opens or closes: after it nothing is open, and it stays within its isolate."""
    shown = isolated(text)
    assert depth_after(shown) == []
    if any(one in TURNS for one in text):
        assert shown.startswith(FSI)
        assert shown.endswith(PDI)
        assert all(depth_after(shown[:n]) for n in range(1, len(shown)))
    letters = [one for one in shown if one not in TURNS]
    assert letters == [one for one in text if one not in TURNS]


def test_a_page_isolates_what_is_read_and_keeps_what_is_sent_back() -> None:
    """Between tags it is closed; in a field's value and a text field it is as it was typed."""
    name = f"甲{RLO}乙"
    page = settled(
        f'<p>{marked(name)}</p><input value="{marked(name)}"><textarea>{marked(name)}</textarea>'
    )
    assert page == (f'<p>{isolated(name)}</p><input value="{name}"><textarea>{name}</textarea>')
    assert marked("甲乙") == "甲乙"


def test_a_name_in_a_sentence_is_isolated_within_it() -> None:
    """The rest of the sentence is not turned."""
    said = word("board.holds", "zh", who=f"甲{RLO}乙", n=3)
    assert isolated(f"甲{RLO}乙") in said
