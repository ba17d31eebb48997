"""The safe folium shell: nothing of folium's that reaches elsewhere or runs what a name says."""

from __future__ import annotations

import json
import re

import folium

from maps.shell import MAP_VARIABLE, content_security_policy, json_block, make_shell

EVIL = "<img src=x onerror=alert(1)></script><script>alert(2)</script>`${alert(3)}`\u2028"


def test_shell_names_no_other_host_and_loads_nothing() -> None:
    """Links of folium to Leaflet, jQuery and Bootstrap on other hosts are gone."""
    shell = make_shell()
    assert not re.search(r"https?:|//[a-z]|<link|<script|<style|style=", shell.html + shell.script)
    assert f'id="{MAP_VARIABLE}"' in shell.html
    assert f"var {MAP_VARIABLE} = L.map(" in shell.script
    assert '"attributionControl": false' in shell.script


def test_shell_leaves_foliums_class_as_it_was() -> None:
    """A map made afterwards still has its links: nothing was changed for everybody."""
    make_shell.cache_clear()
    before = list(folium.Map.default_js), list(folium.Map.default_css)
    make_shell()
    assert (folium.Map.default_js, folium.Map.default_css) == before
    assert len(folium.Map(tiles=None).default_js) > 2


def test_shell_is_the_same_for_every_park() -> None:
    """Its script holds no data and shows no place: what a map shows comes from the service."""
    first = make_shell()
    make_shell.cache_clear()
    assert make_shell() == first
    assert "center: null" in first.script
    assert '"zoom"' not in first.script


def test_policy_allows_no_inline_code_and_no_other_host() -> None:
    """What is not served by us does not run, nor does anything that stands in a page."""
    policy = content_security_policy()
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "frame-ancestors https://a.example" in content_security_policy(("https://a.example",))


def test_json_block_cannot_end_its_element() -> None:
    """Markup in a value stays a value: it reads back unchanged and holds no angle bracket."""
    block = json_block({"name": EVIL})
    assert not set("<>&\u2028") & set(block)
    assert json.loads(block) == {"name": EVIL}
