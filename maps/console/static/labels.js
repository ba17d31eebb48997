// Names on the map, on one canvas and in one order: what matters most is written first, and what
// finds no room waits for the next zoom. Zones, roads along their line, and the largest enterprises.
import { CanvasLayer, INK } from "./canvas.js";
import { t } from "./page.js";

const { L } = window;
const ROADS_FROM_ZOOM = 15.5;
const FIRMS_FROM_ZOOM = 16;
const FAMILY = '"Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", system-ui, sans-serif';
const RANKS = ["trunk", "primary", "secondary", "tertiary"];

// `shows(name)` says whether a layer is switched on: a hidden layer writes no names.
export function labelsLayer(data, shows) {
  const zones = data.zones.features.map((feature) => ({
    name: feature.properties.name || t("panel.zone_merged"),
    bounds: L.geoJSON(feature).getBounds(),
  }));
  const stations = placesOf(data.stations.features);
  const firms = placesOf(data.landmarks?.features ?? []);
  const roads = roadsOf(data.roads.features);
  return new CanvasLayer("names", (context, map, box) => {
    const taken = shows("stations") ? stations.map(({ place }) => boxAt(map, place, 16, 16)) : [];
    if (shows("zones")) zones.forEach((zone) => writeZoneName(context, map, zone, taken));
    if (shows("roads") && map.getZoom() >= ROADS_FROM_ZOOM) {
      roads.forEach((road) => writeRoadName(context, map, road, box, taken));
    }
    if (shows("premises") && map.getZoom() >= FIRMS_FROM_ZOOM) {
      firms.forEach((firm) => writeFirmName(context, map, firm, box, taken));
    }
  });
}

function placesOf(features) {
  return features
    .filter(({ geometry }) => geometry)
    .map(({ geometry, properties }) => ({
      name: properties.name,
      place: L.latLng(geometry.coordinates[1], geometry.coordinates[0]),
    }));
}

// Longest line first within each class of road; parts of one road share its name.
function roadsOf(features) {
  const rank = ({ class: kind }) => (RANKS.indexOf(kind) + RANKS.length + 1) % (RANKS.length + 1);
  return features
    .filter(({ geometry, properties }) => geometry && properties.name)
    .flatMap(({ geometry, properties }) => {
      const lines = geometry.type === "MultiLineString" ? geometry.coordinates : [geometry.coordinates];
      return lines.map((line) => ({
        name: properties.name,
        rank: rank(properties),
        line: line.map(([lon, lat]) => L.latLng(lat, lon)),
      }));
    })
    .sort((one, other) => one.rank - other.rank || other.line.length - one.line.length);
}

function boxAt(map, place, wide, high) {
  return { ...map.latLngToContainerPoint(place), wide, high };
}

function isFree(box, taken) {
  return taken.every((one) => Math.abs(box.x - one.x) > box.wide + one.wide || Math.abs(box.y - one.y) > box.high + one.high);
}

function halfWidth(context, name, size, weight = "normal") {
  context.font = `${weight} ${size}px ${FAMILY}`;
  return context.measureText(name).width / 2 + 2;
}

function writeZoneName(context, map, { name, bounds }, taken) {
  const corner = map.latLngToContainerPoint(bounds.getNorthWest());
  const other = map.latLngToContainerPoint(bounds.getSouthEast());
  const wide = halfWidth(context, name, 15, "bold");
  if (other.x - corner.x < 2 * wide) return;
  const middle = map.latLngToContainerPoint(bounds.getCenter());
  const place = [0, -28, 28, -56, 56]
    .filter((shift) => Math.abs(shift) < (other.y - corner.y) / 2)
    .map((shift) => ({ x: middle.x, y: middle.y + shift, wide, high: 10 }))
    .find((one) => isFree(one, taken));
  if (!place) return;
  taken.push(place);
  writeName(context, name, place);
}

// A road's name lies along the longest straight piece of it that is in view, and reads from the left.
function writeRoadName(context, map, { name, line }, box, taken) {
  const wide = halfWidth(context, name, 13);
  const points = line.map((one) => map.latLngToContainerPoint(one));
  let best = null;
  for (let index = 1; index < points.length; index += 1) {
    const piece = clipped(points[index - 1], points[index], box);
    if (piece && (!best || piece.length > best.length)) best = piece;
  }
  if (!best || best.length < 2 * wide + 12) return;
  const flat = Math.abs(Math.cos(best.angle)) * wide + Math.abs(Math.sin(best.angle)) * 8;
  const tall = Math.abs(Math.sin(best.angle)) * wide + Math.abs(Math.cos(best.angle)) * 8;
  const place = [0.5, 0.3, 0.7, 0.15, 0.85]
    .map((share) => ({ x: best.x + share * best.dx, y: best.y + share * best.dy, wide: flat, high: tall }))
    .find((one) => isFree(one, taken));
  if (!place) return;
  taken.push(place);
  const upright = Math.abs(best.angle) > Math.PI / 2 ? best.angle + Math.PI : best.angle;
  context.save();
  context.translate(place.x, place.y);
  context.rotate(upright);
  writeName(context, name, { x: 0, y: 0 }, "#46535f");
  context.restore();
}

// Cut a piece of a line to a box (Liang and Barsky 1984); null where none of it is inside.
function clipped(from, to, { left, top, right, bottom }) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  let [start, end] = [0, 1];
  for (const [step, room] of [[-dx, from.x - left], [dx, right - from.x], [-dy, from.y - top], [dy, bottom - from.y]]) {
    if (step === 0 && room < 0) return null;
    if (step < 0) start = Math.max(start, room / step);
    if (step > 0) end = Math.min(end, room / step);
  }
  if (start >= end) return null;
  const share = end - start;
  return {
    x: from.x + start * dx,
    y: from.y + start * dy,
    dx: share * dx,
    dy: share * dy,
    length: share * Math.hypot(dx, dy),
    angle: Math.atan2(dy, dx),
  };
}

function writeFirmName(context, map, { name, place }, box, taken) {
  const at = map.latLngToContainerPoint(place);
  if (at.x < box.left || at.x > box.right || at.y < box.top || at.y > box.bottom) return;
  const wide = halfWidth(context, name, 13);
  const found = [
    { x: at.x + wide + 6, y: at.y },
    { x: at.x - wide - 6, y: at.y },
    { x: at.x, y: at.y - 13 },
    { x: at.x, y: at.y + 13 },
  ]
    .map((one) => ({ ...one, wide, high: 9 }))
    .find((one) => isFree(one, taken));
  if (!found) return;
  taken.push(found);
  writeName(context, name, found);
}

function writeName(context, name, { x, y }, colour = INK) {
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.strokeStyle = "#ffffff";
  context.lineWidth = 4;
  context.strokeText(name, x, y);
  context.fillStyle = colour;
  context.fillText(name, x, y);
}
