"""A park whose every text tries to be a program: names, kinds, words, attributions, exemptions.

Each payload sets `window.hacked` if anything runs it: as markup, as an attribute, as a template, as
a script in a template string, or as an address that is followed. A formula stands first, so that
every name begins like one; another turns the direction of what is written after it.
"""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path

from tests.live.small_park import SmallPark, write_small_park

PAYLOADS = {
    "formula": "=cmd|' /C calc'!A0",
    "image": "<img src=x onerror=window.hacked='image'>",
    "script": "</script><script>window.hacked='script'</script>",
    "textarea": "</textarea></title></style><svg onload=window.hacked='svg'>",
    "attribute": "\" onmouseover=\"window.hacked='attribute'\" x='",
    "single": "' onfocus='window.hacked=1' autofocus '",
    "template": "`+(window.hacked='backtick')+`${window.hacked='dollar'}",
    "address": "javascript:window.hacked='address'",
    "separator": "\u2028window.hacked='separator'\u2029//*/",
    "braces": "{{7*7}}{%if 1%}{{window.hacked='braces'}}",
    "comment": "<!--<script>window.hacked='comment'</script>-->",
    "bidi": "\u202egnp.exe\u2066",
}

EVERY = " ".join(PAYLOADS.values())

FIRST_DAY = date(2026, 9, 1)


def write_evil_park(folder: Path) -> SmallPark:
    """Write it: the small park with 40 reports of a kind of its own, in each of two months."""
    park = write_small_park(folder, name=EVERY)
    with (folder / "reports.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "kind", "enterprise", "occurred", "category", "text", "reporter"])
        for n in range(80):
            day = FIRST_DAY + timedelta(days=30 * (n % 2) + n // 4)
            kind = "evil" if n % 3 else "hazard"
            rows.writerow([f"R{n:03d}", kind, f"E{n % 64:03d}", day, EVERY, EVERY, EVERY])
    zones = folder / "zones.geojson"
    begun = zones.read_text(encoding="utf-8").replace('"巡区 ', '"')
    zones.write_text(begun, encoding="utf-8")
    text = park.park_file.read_text(encoding="utf-8")
    said = json.dumps(EVERY)
    text = text.replace('name = "样例小园区"', f"name = {said}")
    text = text.replace('approval_exemption = "合成数据"', f"approval_exemption = {said}")
    text += f"""
[[kind]]
id = "evil"
name = {said}
en = {said}

[[source]]
kind = "reports"
file = "reports.csv"

[calendar]
as_of = "2026-11-01"
"""
    park.park_file.write_text(text, encoding="utf-8")
    return park
