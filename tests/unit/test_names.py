"""Names as people type them: laws of every name, and polyphones by hand."""

from __future__ import annotations

import pytest

from geo_risk.names import How, fold, initials_of, keys_of, match

NAMES = (
    "样例企业 002",
    "样例重工（长兴）有限公司",
    "样例行远银行设备厂",
    "样例绿源女装",
    "Sample Motors 样例汽车",
    "样例１２３号车间",
)


def found(typed: str, name: str) -> How | None:
    return match(fold(typed), keys_of(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_prefix_of_the_initials_finds_the_name(name: str) -> None:
    """Letter by letter, as somebody types, the name never drops out."""
    initials = initials_of(name)
    assert len(initials) == len(fold(name))
    for end in range(1, len(initials) + 1):
        assert found(initials[:end], name) is not None, initials[:end]


@pytest.mark.parametrize("name", NAMES)
def test_every_prefix_of_the_pinyin_finds_the_name(name: str) -> None:
    """Of all readings in full, the last one half typed."""
    whole = "".join(one.whole[0] for one in keys_of(name).tokens)
    for end in range(1, len(whole) + 1):
        assert found(whole[:end], name) is not None, whole[:end]


@pytest.mark.parametrize("name", NAMES)
def test_every_part_of_the_name_finds_it(name: str) -> None:
    """Any part, in any width and case, with or without spaces."""
    text = fold(name)
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            assert found(text[start:end], name) in {How.WHOLE, How.BEGINNING, How.PART}
    assert found(f" {name.upper()} ", name) is How.WHOLE


@pytest.mark.parametrize("name", NAMES)
def test_first_letters_full_readings_and_characters_may_be_mixed(name: str) -> None:
    """Each character in one of the three ways, in turns."""
    tokens = keys_of(name).tokens
    ways = [
        (one.whole[0], one.first[0], text) for one, text in zip(tokens, fold(name), strict=True)
    ]
    for turn in range(3):
        typed = "".join(way[(n + turn) % 3] for n, way in enumerate(ways))
        assert found(typed, name) is not None, typed


@pytest.mark.parametrize("typed", ["zg", "zhonggong", "chonggong", "cg", "chgong"])
def test_a_polyphone_is_found_by_each_of_its_readings(typed: str) -> None:
    """重 is zhong and chong; 长 is chang and zhang."""
    assert found(typed, "样例重工") in {How.INITIALS, How.PINYIN}
    assert found("zhangxing", "长兴样例") is How.PINYIN
    assert found("changxing", "长兴样例") is How.PINYIN


@pytest.mark.parametrize(
    ("typed", "how"),
    [
        ("样例重工", How.WHOLE),
        ("样例", How.BEGINNING),
        ("重工", How.PART),
        ("ylzg", How.INITIALS),
        ("yangli", How.PINYIN),
        ("ｙｌｚｇ", How.INITIALS),
        ("lvyuan", None),
        ("gz", None),
        ("", None),
        ("重样", None),
    ],
)
def test_how_a_name_matched_is_said(typed: str, how: How | None) -> None:
    """The closest way is named; what is not in the name, in order, is not found."""
    assert found(typed, "样例重工") is how


def test_umlauts_are_typed_as_v_and_digits_as_they_are() -> None:
    """绿 is lv, as people type it; full-width digits are digits."""
    assert found("lvyuan", "样例绿源") is How.PINYIN
    assert found("hao123", "样例号１２３") is How.PINYIN
    assert found("yl123", "样例１２３") is How.INITIALS


def test_what_has_no_letters_matches_nothing() -> None:
    """A query of spaces or signs is no query; a name of signs is found by nothing."""
    assert found("（·）　", "样例") is None
    assert found("yl", "（·）") is None
    assert match("x", keys_of("")) is None
