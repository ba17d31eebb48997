// Places that come as columns, for a city has ten thousand of them: `lon`, `lat`, and what else there is.
export function featuresOf(columns) {
  const { lon = [], lat = [], ...rest } = columns || {};
  const features = lon.map((_, index) => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: [lon[index], lat[index]] },
    properties: Object.fromEntries(Object.entries(rest).map(([name, values]) => [name, values[index]])),
  }));
  return { type: "FeatureCollection", features };
}
