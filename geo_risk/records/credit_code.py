"""The unified social credit code of an enterprise (GB 32100-2015) and its check digit."""

from __future__ import annotations

import re

_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CREDIT_CODE = re.compile(rf"[{_CREDIT_ALPHABET}]{{18}}")


def credit_code_check_digit(first_17: str) -> str:
    """Give the 18th character of a credit code (GB 32100-2015, 5.2; ISO 7064 MOD 31-3)."""
    total = sum(
        _CREDIT_ALPHABET.index(char) * weight
        for char, weight in zip(first_17, _CREDIT_WEIGHTS, strict=True)
    )
    return _CREDIT_ALPHABET[(31 - total % 31) % 31]


def is_credit_code(text: str) -> bool:
    """Say whether a text is a unified social credit code with a right check digit."""
    return bool(_CREDIT_CODE.fullmatch(text)) and credit_code_check_digit(text[:17]) == text[17]
