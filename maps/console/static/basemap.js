// The park itself: boundary, dashed zones, roads by their class, premises. No tiles: all of it is ours.
import { CanvasLayer, INK, flatten, viewOf } from "./canvas.js";
import { classKey } from "./classes.js";

const { L } = window;
const CASING = "#76838f";
const WIDTHS = { motorway: 7, trunk: 7, primary: 6, secondary: 4.8, tertiary: 4 };
const PLAIN_WIDTH = 3.4;

// Make the panes, bottom to top; the surface's tiles stay in Leaflet's own tile pane (200).
export function makePanes(map) {
  ["zonefill", "roads", "zones", "dots", "reports", "names", "chosen"].forEach((name, index) => {
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
  const lines = L.polyline(edgesOf(data.zones.features), { color: INK, interactive: false, pane: "zones" });
  const share = 1 / Math.sqrt(Math.max(1, data.zones.features.length));
  return withZoom(L.layerGroup([lines]), (map) => {
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

// Roads with a casing, wide ones last: crossings then look joined, and a main road runs through.
export function roadsLayer(data) {
  let lines = null;
  return new CanvasLayer("roads", (context, map) => {
    lines ??= linesOf(map, data.roads.features);
    const zoom = map.getZoom();
    const wide = zoom >= 17 ? 1.6 : zoom >= 14.5 ? 1 : zoom >= 13.5 ? 0.7 : 0.4;
    const view = viewOf(map);
    context.lineJoin = "round";
    context.lineCap = "round";
    for (const [colour, less] of [[CASING, 0], ["#ffffff", 1.7]]) {
      context.strokeStyle = colour;
      for (const { plane, width } of lines) {
        context.lineWidth = Math.max(0.6, (width - less) * wide);
        trace(context, plane, view);
      }
    }
  });
}

function linesOf(map, features) {
  return features
    .filter(({ geometry }) => geometry)
    .flatMap(({ geometry, properties }) => {
      const lines = geometry.type === "MultiLineString" ? geometry.coordinates : [geometry.coordinates];
      const width = WIDTHS[properties.class] ?? PLAIN_WIDTH;
      return lines.map((line) => ({ width, plane: flatten(map, line.map(([lon]) => lon), line.map(([, lat]) => lat)) }));
    })
    .sort((one, other) => one.width - other.width);
}

function trace(context, plane, [scale, west, north]) {
  context.beginPath();
  for (let index = 0; index < plane.length; index += 2) {
    const [x, y] = [plane[index] * scale - west, plane[index + 1] * scale - north];
    if (index) context.lineTo(x, y);
    else context.moveTo(x, y);
  }
  context.stroke();
}

// Small ink dots, one per premises, within half a pixel of their true place.
export function premisesLayer(data) {
  const places = data.premises.features.filter(({ geometry }) => geometry).map(({ geometry }) => geometry.coordinates);
  let plane = null;
  return new CanvasLayer("dots", (context, map, box) => {
    plane ??= flatten(map, places.map(([lon]) => lon), places.map(([, lat]) => lat));
    const zoom = map.getZoom();
    const radius = zoom >= 16 ? 3 : zoom >= 14 ? 1.7 : zoom >= 12 ? 1.2 : 0.7;
    const [scale, west, north] = viewOf(map);
    context.fillStyle = INK;
    context.globalAlpha = 0.5;
    context.beginPath();
    for (let index = 0; index < plane.length; index += 2) {
      const [x, y] = [plane[index] * scale - west, plane[index + 1] * scale - north];
      if (x < box.left || y < box.top || x > box.right || y > box.bottom) continue;
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    }
    context.fill();
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
