// The whole park in the room there is: at the start, and for as long as nobody has moved the map.
const { L } = window;

// `at` is a view to keep instead: [zoom, latitude, longitude], null for none. Gives what fits the map
// to its room now, for whoever has just changed the room and is about to ask for tiles.
export function showWhole(map, [west, south, east, north], at = null) {
  const bounds = L.latLngBounds([south, west], [north, east]);
  if (at) map.setView([at[1], at[2]], at[0]);
  else fitWhole(map, bounds);
  map.setMaxBounds(bounds.pad(1));
  map.setMinZoom(Math.max(1, map.getBoundsZoom(bounds) - 2));
  return keepFitting(map, bounds, at !== null);
}

function fitWhole(map, bounds) {
  map.fitBounds(bounds, { animate: false, paddingTopLeft: [8, 8], paddingBottomRight: [8, 36] });
}

function keepFitting(map, bounds, moved) {
  let free = !moved;
  for (const kind of ["pointerdown", "wheel", "keydown"]) {
    map.getContainer().addEventListener(kind, () => (free = false), { once: true, passive: true });
  }
  const fit = () => {
    const before = map.getSize();
    map.invalidateSize({ animate: false, pan: false });
    if (free && !map.getSize().equals(before)) fitWhole(map, bounds);
  };
  new ResizeObserver(fit).observe(map.getContainer());
  return fit;
}
