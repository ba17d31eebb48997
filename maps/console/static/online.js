// Tiles of a map service, where the park file names one: below everything of ours. The park's own
// layers are drawn in any case, so a service that does not answer leaves a map that can be read.
import { bentPlane } from "./gcj02.js";

const { L } = window;

// `base` is what the page says: { layers: [address], datum, attribution, subdomains }; null for none.
export function onlineLayers(map, base) {
  if (!base) return [];
  if (base.datum === "gcj02") map.options.crs = bentPlane();
  const pane = map.createPane("online");
  pane.style.zIndex = 150;
  const note = L.DomUtil.create("p", "attribution", map.getContainer());
  note.textContent = base.attribution;
  return base.layers.map((address) =>
    L.tileLayer(address, { pane: "online", maxZoom: 20, maxNativeZoom: 18, subdomains: base.subdomains, className: "online" }),
  );
}
