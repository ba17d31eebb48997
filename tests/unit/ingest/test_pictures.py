"""Photos as they are kept: upright, of moderate size, and silent about all but the picture."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from geo_risk.errors import FileFormatError
from geo_risk.ingest import clean_picture
from geo_risk.ingest.pictures import LONGEST_SIDE_PX

GPS, ORIENTATION, MODEL = 0x8825, 0x0112, 0x0110


def photo(size: tuple[int, int] = (300, 200), kind: str = "JPEG", orientation: int = 1) -> bytes:
    """A picture whose left half is red, with a place, a device and an orientation in its EXIF."""
    colours = np.zeros((size[1], size[0], 3), np.uint8)
    colours[:, : size[0] // 2, 0] = 200
    exif = Image.Exif()
    exif[MODEL], exif[ORIENTATION] = "handset of somebody", orientation
    exif[GPS] = {1: "N", 2: (30.0, 33.0, 0.0), 3: "E", 4: (120.0, 1.0, 0.0)}
    out = BytesIO()
    Image.fromarray(colours).save(out, kind, exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_the_picture_is_kept(kind: str) -> None:
    """No EXIF, no place, no device, no other block of metadata; the picture is the same."""
    came = photo(kind=kind)
    assert b"handset of somebody" in came
    kept = clean_picture(came)
    with Image.open(BytesIO(kept)) as picture:
        assert picture.format == "JPEG"
        assert not picture.getexif()
        assert not {"exif", "xmp", "icc_profile", "photoshop", "comment"} & set(picture.info)
        assert picture.size == (300, 200)
        pixels = np.asarray(picture, dtype=float)
    assert b"handset of somebody" not in kept
    assert pixels[:, :140, 0].min() > 150
    assert pixels[:, 160:, 0].max() < 50


def test_it_is_turned_the_way_the_camera_was_held() -> None:
    """Orientation 6 says: turn by a quarter clockwise; what was left is then on top."""
    with Image.open(BytesIO(clean_picture(photo(orientation=6)))) as picture:
        assert picture.size == (200, 300)
        pixels = np.asarray(picture, dtype=float)
    assert pixels[:140, :, 0].min() > 150
    assert pixels[160:, :, 0].max() < 50


def test_a_large_photo_is_shrunk_and_a_small_one_is_not_blown_up() -> None:
    """The longer side is at most so many pixels, the ratio stays."""
    with Image.open(BytesIO(clean_picture(photo((4000, 1000))))) as picture:
        assert picture.size == (LONGEST_SIDE_PX, LONGEST_SIDE_PX // 4)
    with Image.open(BytesIO(clean_picture(photo((40, 30))))) as picture:
        assert picture.size == (40, 30)


def test_the_same_picture_gives_the_same_bytes() -> None:
    """So that one that is sent twice is known again."""
    assert clean_picture(photo()) == clean_picture(photo())
    assert clean_picture(photo()) != clean_picture(photo(orientation=6))


@pytest.mark.parametrize(
    "content",
    [b"", b"no picture", photo()[:200], b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a"],
    ids=["empty", "text", "cut off", "svg", "gif"],
)
def test_what_is_no_photo_is_refused_with_a_remedy(content: bytes) -> None:
    """Whatever it is; the message says what may be sent."""
    with pytest.raises(FileFormatError) as refused:
        clean_picture(content)
    assert "JPEG" in refused.value.hint


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """More pixels than a camera makes: nothing is decoded."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10_000)
    for size in ((120, 100), (300, 200)):  # a warning up to twice as many, an error beyond
        with pytest.raises(FileFormatError, match=r"pixels|read"):
            clean_picture(photo(size))
