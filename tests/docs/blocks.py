"""Code blocks of pages, as a reader would copy them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def code_blocks(page: str, language: str) -> list[str]:
    """Give a page's code blocks of one language, in order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [body for tongue, body in _BLOCK.findall(text) if tongue == language]


def without_comments(block: str) -> list[str]:
    """Give a shell block's commands."""
    return [line for one in block.splitlines() if (line := one.partition("  #")[0].strip())]
