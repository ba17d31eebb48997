// A base map in GCJ-02: the map's own plane is bent as its tiles are, so that everything of ours,
// given in WGS-84, is drawn where their roads are. The formulas are those of geo_risk/crs.py.
const { L } = window;
const AXIS = 6378245.0;
const ECCENTRICITY_2 = 0.00669342162296594323;
const CHINA = [72.004, 0.8293, 137.8347, 55.8271];
const ROUNDS = 40;
const TOLERANCE = 1e-10;

export function gcj02FromWgs84(lon, lat) {
  const [west, south, east, north] = CHINA;
  if (!(lon >= west && lon <= east && lat >= south && lat <= north)) return [lon, lat];
  const [dLon, dLat] = shift(lon, lat);
  return [lon + dLon, lat + dLat];
}

export function wgs84FromGcj02(lon, lat) {
  let [x, y] = [lon, lat];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [bentX, bentY] = gcj02FromWgs84(x, y);
    const [errorX, errorY] = [bentX - lon, bentY - lat];
    x -= errorX;
    y -= errorY;
    if (Math.abs(errorX) < TOLERANCE && Math.abs(errorY) < TOLERANCE) break;
  }
  return [x, y];
}

// Web Mercator of GCJ-02 degrees; places in and out are WGS-84.
export function bentPlane() {
  const { SphericalMercator } = L.Projection;
  const projection = L.extend({}, SphericalMercator, {
    project({ lat, lng }) {
      const [x, y] = gcj02FromWgs84(lng, lat);
      return SphericalMercator.project(L.latLng(y, x));
    },
    unproject(point) {
      const { lat, lng } = SphericalMercator.unproject(point);
      const [x, y] = wgs84FromGcj02(lng, lat);
      return L.latLng(y, x);
    },
  });
  return L.extend({}, L.CRS.EPSG3857, { code: "GCJ02:3857", projection });
}

function shift(lon, lat) {
  const [x, y] = [lon - 105, lat - 35];
  const root = Math.sqrt(Math.abs(x));
  const { sin, PI } = Math;
  const both = (20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * (2 / 3);
  const north =
    -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + both +
    (20 * sin(y * PI) + 40 * sin((y / 3) * PI)) * (2 / 3) +
    (160 * sin((y / 12) * PI) + 320 * sin((y * PI) / 30)) * (2 / 3);
  const east =
    300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + both +
    (20 * sin(x * PI) + 40 * sin((x / 3) * PI)) * (2 / 3) +
    (150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI)) * (2 / 3);
  const angle = (lat / 180) * PI;
  const magic = 1 - ECCENTRICITY_2 * sin(angle) ** 2;
  const rootMagic = Math.sqrt(magic);
  return [
    (east * 180) / ((AXIS / rootMagic) * Math.cos(angle) * PI),
    (north * 180) / (((AXIS * (1 - ECCENTRICITY_2)) / (magic * rootMagic)) * PI),
  ];
}
