"""A surface as a Cloud Optimized GeoTIFF that also says its classes.

Takes a graded surface, gives the bytes of a COG that GIS programs open. How values become one, and
where the cells of a park that stays in GCJ-02 truly are, stands in `geo_risk.conversions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo_risk.published import GradedSurface


def write_cog(graded: GradedSurface, datum: str) -> bytes:
    """Write a surface.

    Parameters
    ----------
    graded
        The surface.
    datum
        The park's own, `wgs84` or `gcj02`.

    Returns
    -------
    bytes
        A COG: one band of float64, NaN where there is no value; tags with surface, version, unit,
        period, as-of, model and breaks; the band's description is the surface's id.
    """
    breaks = " ".join(repr(float(one)) for one in graded.breaks)
    tags = {"breaks": breaks, "breaks_version": graded.breaks_version}
    return graded.surface.to_cog(datum=datum, tags=tags)
