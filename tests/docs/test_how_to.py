"""The how-to pages work as written."""

from __future__ import annotations

import ssl
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, code_blocks

HOW_TO = sorted((ROOT / "docs" / "how-to").glob("*.md"))


def test_certificate_lines_make_a_pair_that_a_browser_may_trust(tmp_path: Path) -> None:
    """The openssl lines give a certificate for the host that the local authority vouches for."""
    blocks = code_blocks("docs/how-to/tls.md", "sh")
    lines = "".join(one for one in blocks if "openssl" in one)
    subprocess.run(
        ["bash", "-euo", "pipefail", "-c", lines], cwd=tmp_path, capture_output=True, check=True
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    client = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
    assert _handshake(client, server, "risk.park.internal")
    with pytest.raises(ssl.SSLCertVerificationError):
        _handshake(client, server, "another.park.internal")


def _handshake(client: ssl.SSLContext, server: ssl.SSLContext, host: str) -> bool:
    """Let the two shake hands in memory; True when both are done."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    asking = client.wrap_bio(to_client, to_server, server_hostname=host)
    answering = server.wrap_bio(to_server, to_client, server_side=True)
    done: set[ssl.SSLObject] = set()
    for _ in range(10):
        for side in (asking, answering):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            done.add(side)
    return len(done) == 2


@pytest.mark.parametrize("page", HOW_TO, ids=lambda one: one.stem)
def test_toml_blocks_are_toml(page: Path) -> None:
    """What a reader copies into the park file can be read."""
    for block in code_blocks(str(page.relative_to(ROOT)), "toml"):
        assert tomllib.loads(block)
