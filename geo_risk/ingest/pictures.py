"""Pictures: their pixels, whatever the file says around them.

Takes a JPEG, PNG or WebP, gives what it shows; two files of one picture give the same array.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioIOError

from geo_risk.errors import FileFormatError

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
