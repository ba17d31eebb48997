"""The script an analyst writes today for Chicago: `python -m bench.analyst DATA OUT.html`.

geopandas reads and joins, scikit-learn's KernelDensity smooths, folium draws: two surfaces of the
plainest kind on the very cells of `data/chicago.toml`, counts per beat, one HTML file. It scores
nothing, corrects no edge, knows nothing of who looked, keeps nothing and checks no row.
"""

from __future__ import annotations

import sys
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
from sklearn.neighbors import KernelDensity

CRS, CELL_M, BANDWIDTH_M, YEARS = "EPSG:26916", 200.0, 200.0, 3.0


def main(data: Path, out: Path) -> None:
    """Read, join, smooth, draw."""
    zones = data / "chicago" / "zones.gpkg"
    city = gpd.read_file(zones, layer="city_boundary").to_crs(CRS).union_all()
    beats = gpd.read_file(zones, layer="police_beats").to_crs(CRS).dissolve("beat").reset_index()
    firms = pd.read_csv(data / "chicago" / "establishments.csv").drop_duplicates("License")
    visits = pd.read_csv(data / "chicago" / "inspections.csv.gz").merge(firms, on="License")
    calls = pd.read_csv(data / "chicago" / "sanitation_311.csv.gz")
    found = visits[visits["criticalCount"] + visits["seriousCount"] + visits["minorCount"] > 0]
    layers = {"sanitation": _points(calls, city), "findings": _points(found, city)}

    west, south, east, north = city.bounds
    across = np.arange(west + CELL_M / 2, east + CELL_M / 2, CELL_M)
    down = np.arange(south + CELL_M / 2, north + CELL_M / 2, CELL_M)[::-1]
    centres = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)
    inside = gpd.GeoSeries.from_xy(*centres.T, crs=CRS).within(city).to_numpy()

    page = folium.Map(location=(41.84, -87.7), zoom_start=11)
    for name, points in layers.items():
        known = np.column_stack([points.geometry.x, points.geometry.y])
        model = KernelDensity(bandwidth=BANDWIDTH_M, kernel="gaussian").fit(known)
        values = np.full(len(centres), np.nan)
        density = np.exp(model.score_samples(centres[inside]))
        values[inside] = len(known) * density * 1e6 * 30.0 / (365.25 * YEARS)
        image = values.reshape(len(down), len(across))
        corners = gpd.GeoSeries.from_xy([west, east], [south, north], crs=CRS).to_crs(4326)
        bounds = [[point.y, point.x] for point in corners]
        shown = np.nan_to_num(image / np.nanquantile(image, 0.99))
        folium.raster_layers.ImageOverlay(
            np.clip(shown, 0, 1), bounds, opacity=0.6, name=name
        ).add_to(page)
        counts = gpd.sjoin(points, beats, predicate="within").groupby("beat").size()
        beats[name] = beats["beat"].map(counts).fillna(0).astype(int)
    folium.Choropleth(
        beats.to_crs(4326).to_json(),
        data=beats,
        columns=("beat", "sanitation"),
        key_on="feature.properties.beat",
        name="per beat",
    ).add_to(page)
    folium.LayerControl().add_to(page)
    page.save(str(out))


def _points(table: pd.DataFrame, city: object) -> gpd.GeoDataFrame:
    name = "longitude" if "longitude" in table else "Longitude"
    table = table.dropna(subset=[name, name.replace("ong", "at")])
    where = gpd.points_from_xy(table[name], table[name.replace("ong", "at")], crs=4326)
    points = gpd.GeoDataFrame(table, geometry=where).to_crs(CRS)
    return points[points.within(city)]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
