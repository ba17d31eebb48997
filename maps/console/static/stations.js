// Stations 阵地: a shape and a character each, white with an ink edge; the shape says the kind.
import { el, replaceIn, svg } from "./dom.js";
import { t } from "./page.js";

const { L } = window;
const NEAR = 0.5; // Of the view's own width and height, on each side.
const SHAPES = {
  room: ["rect", { x: -12, y: -12, width: 24, height: 24, rx: 2 }],
  four: ["circle", { r: 13 }],
  bridge: ["path", { d: "M0 -15L15 0 0 15 -15 0z" }],
  mediation: ["path", { d: "M-8 -13H8L15 0 8 13H-8L-15 0z" }],
  other: ["path", { d: "M0 -14L13 10H-13z" }],
};

// Give the kind of a station, as the service names it by its type.
const stationKind = ({ kind }) => (kind in SHAPES ? kind : "other");

function stationSign(kind) {
  const [tag, attributes] = SHAPES[kind];
  return svg(
    "svg",
    { viewBox: "-17 -17 34 34", "aria-hidden": "true", class: "sign" },
    svg(tag, attributes),
    svg("text", { y: kind === "other" ? 7 : 5, class: kind, "text-anchor": "middle" }, t(`station.${kind}`)),
  );
}

// A county's stations lie far around the park: a marker is made when the map first comes near it.
export function stationsLayer(data, onChoose) {
  const group = L.layerGroup();
  let waiting = data.stations.features
    .filter(({ geometry }) => geometry)
    .map((feature) => ({ feature, at: L.latLng(feature.geometry.coordinates[1], feature.geometry.coordinates[0]) }));
  const bring = () => {
    const near = group._map.getBounds().pad(NEAR);
    waiting.filter(({ at }) => near.contains(at)).forEach(({ feature, at }) => group.addLayer(markerOf(feature, at, onChoose)));
    waiting = waiting.filter(({ at }) => !near.contains(at));
  };
  group.getEvents = () => ({ moveend: bring });
  return group.on("add", bring);
}

function markerOf(feature, at, onChoose) {
  const kind = stationKind(feature.properties);
  const name = feature.properties.name || t(`legend.station_${kind}`);
  const icon = L.divIcon({ html: stationSign(kind), className: "station", iconSize: [30, 30] });
  return L.marker(at, { icon, alt: name, title: name, keyboard: true })
    .on("click", () => onChoose(feature))
    .on("add", ({ target }) => target.getElement().setAttribute("aria-label", name));
}

// Write the key of the kinds that are there.
export function writeStationKey(list, data) {
  const kinds = new Set(data.stations.features.map(({ properties }) => stationKind(properties)));
  const shown = Object.keys(SHAPES).filter((kind) => kinds.has(kind));
  replaceIn(
    list,
    shown.map((kind) => el("li", {}, stationSign(kind), t(`legend.station_${kind}`))),
  );
}
