"""Pictures: their pixels, and nothing else of what a file says around them.

Takes a JPEG, PNG or WebP. `read_pixels` gives what it shows, the same array for two files of one
picture; `clean_picture` gives it as a JPEG of moderate size, turned the way the camera was held,
without place, time, device or any other metadata.
"""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rasterio
from PIL import Image, ImageOps
from rasterio.errors import NotGeoreferencedWarning, RasterioIOError

from geo_risk.errors import FileFormatError

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONGEST_SIDE_PX = 1600
"""What a kept picture is shrunk to: a plate or a gauge is still read, a phone can still load it."""

_QUALITY = 85
_FORMATS = ("JPEG", "PNG", "WEBP")
_REMEDY = "Send a JPEG, PNG or WebP; take the photo again if it is damaged."


def read_pixels(path: Path) -> NDArray[Any]:
    """Give the decoded pixels of a picture.

    Parameters
    ----------
    path
        JPEG, PNG or WebP.

    Returns
    -------
    ndarray
        Shape (rows, columns, bands).

    Raises
    ------
    FileFormatError
        When it is no picture, or is damaged.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # a photo has no grid
            with rasterio.open(path) as picture:
                bands: NDArray[Any] = picture.read()
    except RasterioIOError as error:
        raise FileFormatError(f"{path.name} is no picture.", "Take the photo again.") from error
    return bands.transpose(1, 2, 0)


def clean_picture(content: bytes) -> bytes:
    """Give a picture as a JPEG without any metadata.

    Parameters
    ----------
    content
        A JPEG, PNG or WebP as it came.

    Returns
    -------
    bytes
        The same bytes for the same picture. Its longer side is at most `LONGEST_SIDE_PX`; what EXIF
        says of how the camera was held is done, then dropped with the rest.

    Raises
    ------
    FileFormatError
        When it is no picture, is damaged, or has more pixels than a camera makes.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=_FORMATS) as came:
                came.draft("RGB", (LONGEST_SIDE_PX, LONGEST_SIDE_PX))
                turned = ImageOps.exif_transpose(came).convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise FileFormatError("The photo cannot be read.", _REMEDY) from error
    except Image.DecompressionBombWarning as error:
        raise FileFormatError("The photo has too many pixels.", _REMEDY) from error
    turned.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX))
    bare = Image.new("RGB", turned.size)
    bare.paste(turned)
    kept = BytesIO()
    bare.save(kept, "JPEG", quality=_QUALITY)
    return kept.getvalue()
