// The park itself: boundary, dashed zones, roads and their names. No tiles: all of it is ours.
import { CanvasLayer } from "./canvas.js";
import { classKey } from "./classes.js";
import { t } from "./page.js";

const { L } = window;
const INK = "#15202b";
const ROAD_NAMES_FROM_ZOOM = 16;

// Make the panes, bottom to top; the surface's tiles stay in Leaflet's own tile pane (200).
export function makePanes(map) {
  ["zonefill", "roads", "zones", "dots", "names", "chosen"].forEach((name, index) => {
    const pane = map.createPane(name);
    pane.style.zIndex = 410 + 10 * index;
    if (name !== "zonefill") pane.style.pointerEvents = "none";
  });
}

export function boundaryLayer(data) {
  const style = { color: INK, weight: 2.5, fill: false, interactive: false, pane: "zones" };
  return L.geoJSON(data.boundary, { style, interactive: false, pane: "zones" });
}

export function zonesLayer(data) {
  const style = { color: INK, interactive: false, pane: "zones" };
  const lines = L.polyline(edgesOf(data.zones.features), style);
  const group = L.layerGroup([lines, new CanvasLayer("names", zoneNames(data))]);
  const share = 1 / Math.sqrt(Math.max(1, data.zones.features.length));
  return withZoom(group, (map) => {
    // A city's zones are small on the screen: thinner lines, or they hide what they part.
    const [west, south, east, north] = data.bounds;
    const across = map.latLngToLayerPoint([south, west]).distanceTo(map.latLngToLayerPoint([north, east]));
    const wide = across * share;
    lines.setStyle(wide > 110 ? { weight: 2, dashArray: "8 5" } : { weight: 0.8, dashArray: "4 2" });
  });
}

// Call `draw(map)` when a group comes onto the map and after every zoom.
function withZoom(group, draw) {
  const redraw = () => draw(group._map);
  group.getEvents = () => ({ zoomend: redraw });
  return group.on("add", redraw);
}

// Zones filled with their class, for readers who may see no cells.
export function zoneFillLayer(data, onChoose) {
  return L.geoJSON(data.zones, {
    pane: "zonefill",
    renderer: L.svg({ pane: "zonefill" }),
    style: (feature) => ({
      stroke: false,
      fillColor: `url(#pattern-${classKey(feature.properties.class)})`,
      fillOpacity: 1,
    }),
    onEachFeature: (feature, layer) => layer.on("click", () => onChoose(feature)),
  });
}

export function roadsLayer(data) {
  const renderer = L.canvas({ pane: "roads", padding: 0.5 });
  const line = (color) =>
    L.geoJSON(data.roads, { style: { color }, renderer, interactive: false, pane: "roads" });
  const [edge, middle] = [line("#76838f"), line("#ffffff")];
  const names = new CanvasLayer("names", (context, map) => {
    if (map.getZoom() < ROAD_NAMES_FROM_ZOOM) return;
    const seen = new Set();
    for (const { geometry, properties } of data.roads.features) {
      if (!properties.name || seen.has(properties.name)) continue;
      const place = middleOf(geometry);
      if (!place || !map.getBounds().contains(place)) continue;
      seen.add(properties.name);
      writeName(context, properties.name, map.latLngToContainerPoint(place), 13, "normal");
    }
  });
  return withZoom(L.layerGroup([edge, middle, names]), (map) => {
    const zoom = map.getZoom();
    const wide = zoom >= 14.5 ? 1 : zoom >= 13.5 ? 0.7 : 0.4;
    edge.setStyle({ weight: 4.5 * wide });
    middle.setStyle({ weight: 2.8 * wide });
  });
}

// Small ink dots, one per premises, within half a pixel of their true place.
export function premisesLayer(data) {
  const places = data.premises.features
    .filter(({ geometry }) => geometry)
    .map(({ geometry }) => L.latLng(geometry.coordinates[1], geometry.coordinates[0]));
  return new CanvasLayer("dots", (context, map) => {
    const size = map.getSize();
    const zoom = map.getZoom();
    const radius = zoom >= 16 ? 3 : zoom >= 14 ? 1.7 : zoom >= 12 ? 1.2 : 0.7;
    context.fillStyle = INK;
    context.globalAlpha = 0.5;
    for (const place of places) {
      const { x, y } = map.latLngToContainerPoint(place);
      if (x < -5 || y < -5 || x > size.x + 5 || y > size.y + 5) continue;
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fill();
    }
  });
}

// Give the premises nearest to a point of the screen, within reach of a finger or a pointer.
export function premisesAt(map, data, point, reach = 9) {
  let best = null;
  let nearest = reach;
  for (const feature of data.premises.features) {
    if (!feature.geometry) continue;
    const [lon, lat] = feature.geometry.coordinates;
    const distance = map.latLngToContainerPoint([lat, lon]).distanceTo(point);
    if (distance < nearest) [best, nearest] = [feature, distance];
  }
  return best;
}

// Give the zones' edges as lines, each shared edge once: two dashed lines on top would look solid.
function edgesOf(features) {
  const seen = new Set();
  const lines = [];
  const polygons = ({ type, coordinates }) => (type === "MultiPolygon" ? coordinates : [coordinates]);
  for (const ring of features.flatMap(({ geometry }) => (geometry ? polygons(geometry).flat() : []))) {
    let line = null;
    for (let index = 1; index < ring.length; index += 1) {
      const ends = [ring[index - 1].join(), ring[index].join()].sort().join(";");
      if (seen.has(ends)) {
        line = null;
        continue;
      }
      seen.add(ends);
      if (!line) lines.push((line = [toLatLng(ring[index - 1])]));
      line.push(toLatLng(ring[index]));
    }
  }
  return lines;
}

function toLatLng([lon, lat]) {
  return [lat, lon];
}

// Write each zone's name near its middle, clear of signs and of other names; where there is no room
// the name waits for the next zoom, and a press on the map says it.
function zoneNames(data) {
  const stations = (data.stations?.features || [])
    .filter(({ geometry }) => geometry)
    .map(({ geometry }) => toLatLng(geometry.coordinates));
  const zones = data.zones.features.map((feature) => ({
    name: feature.properties.name || t("panel.zone_merged"),
    bounds: L.geoJSON(feature).getBounds(),
  }));
  return (context, map) => {
    const taken = stations.map((place) => ({ ...map.latLngToContainerPoint(place), wide: 15, high: 15 }));
    for (const { name, bounds } of zones) {
      const corner = map.latLngToContainerPoint(bounds.getNorthWest());
      const other = map.latLngToContainerPoint(bounds.getSouthEast());
      context.font = fontOf(15, "bold");
      const wide = context.measureText(name).width / 2 + 2;
      if (other.x - corner.x < 2 * wide) continue;
      const middle = map.latLngToContainerPoint(bounds.getCenter());
      const place = [0, -28, 28, -56, 56]
        .filter((shift) => Math.abs(shift) < (other.y - corner.y) / 2)
        .map((shift) => ({ x: middle.x, y: middle.y + shift, wide, high: 10 }))
        .find((one) => taken.every((there) => areApart(one, there)));
      if (!place) continue;
      taken.push(place);
      writeName(context, name, place, 15, "bold");
    }
  };
}

function areApart(one, other) {
  return Math.abs(one.x - other.x) > one.wide + other.wide || Math.abs(one.y - other.y) > one.high + other.high;
}

function fontOf(size, weight) {
  return `${weight} ${size}px "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", system-ui, sans-serif`;
}

function writeName(context, name, { x, y }, size, weight) {
  context.font = fontOf(size, weight);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.strokeStyle = "#ffffff";
  context.lineWidth = 4;
  context.strokeText(name, x, y);
  context.fillStyle = INK;
  context.fillText(name, x, y);
}

function middleOf(geometry) {
  const lines = geometry.type === "MultiLineString" ? geometry.coordinates : [geometry.coordinates];
  const longest = lines.reduce((one, other) => (other.length > one.length ? other : one), []);
  const middle = longest[Math.floor(longest.length / 2)];
  return middle ? L.latLng(middle[1], middle[0]) : null;
}
