"""Files for the browser: squeezed where it is asked for, kept where the address has a version."""

from __future__ import annotations

import re
from typing import Any


def test_a_file_is_squeezed_kept_and_asked_for_again_by_its_etag(sample_server: Any) -> None:
    """The same bytes either way; 304 for who has them; what has a version is kept for ever."""
    with sample_server.client() as anybody:
        address = "/assets/console/console.css"
        plain = anybody.get(address, headers={"Accept-Encoding": "identity"})
        squeezed = anybody.get(address, headers={"Accept-Encoding": "gzip"})
        assert squeezed.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in plain.headers
        assert plain.content == squeezed.content
        assert int(squeezed.headers["content-length"]) < len(plain.content) / 2
        assert plain.headers["cache-control"] == "no-cache"
        again = anybody.get(address, headers={"If-None-Match": plain.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert "immutable" in anybody.get(f"{address}?v=1").headers["cache-control"]
        assert anybody.post(address).status_code == 405
        assert anybody.get("/assets/console/none.css").status_code == 404
        assert anybody.get("/assets/console/../page.py").status_code == 404


def test_the_map_takes_its_styles_as_one_sheet(sample_server: Any) -> None:
    """One address, with Leaflet's rules first, ours over them."""
    with sample_server.client("chief") as chief:
        sheets = re.findall(r'rel="stylesheet" href="([^"]+)"', chief.get("/").text)
        assert len(sheets) == 1
        text = chief.get(sheets[0])
    assert text.headers["content-type"].startswith("text/css")
    assert text.text.index(".leaflet-pane") < text.text.index(".map-wrap")
