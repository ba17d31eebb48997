// Entry of a map file: everything is inside the file, nothing is asked for from anywhere.
import { CellsLayer, mercator, readCells } from "./cells.js";
import { isEffort } from "./classes.js";
import { featuresOf } from "./columns.js";
import { startConsole } from "./console.js";
import { el, replaceIn } from "./dom.js";
import { dayText } from "./figures.js";
import { page, t } from "./page.js";
import { valueOf } from "./values.js";

const { L } = window;
const NEARBY_M = 500;

function fileSource(data) {
  const cells = data.cells ? readCells(data.cells) : null;
  const collection = featuresOf(data.premises);
  const premises = collection.features;
  const map = { ...data.map, premises: collection };
  return {
    map: async () => map,
    surfaces: async () => data.surfaces,
    layer: (surface) => {
      const columns = cells?.columns(surface.id);
      const style = isEffort(surface) ? "cells effort" : "cells";
      return columns ? new CellsLayer(cells, columns.classes, data.table, style) : null;
    },
    find: async (text) => findIn(premises, text),
    explain: async (surface, lon, lat) => {
      const place = L.latLng(lat, lon);
      const cell = cells ? cells.at(...mercator(place)) : -1;
      const answer = { surface: surface.id, lon, lat, value: null, class: "none", zone_id: null };
      if (cell < 0) return answer;
      return {
        ...answer,
        ...valueOf(cells.columns(surface.id), cell),
        zone_id: zoneAt(data.map.zones, lon, lat),
        premises: nearby(premises, place),
      };
    },
  };
}

function nearby(premises, place) {
  return premises
    .filter(({ geometry }) => place.distanceTo([geometry.coordinates[1], geometry.coordinates[0]]) <= NEARBY_M)
    .map(({ properties }) => properties);
}

function findIn(premises, text) {
  const wanted = text.toLowerCase();
  return premises
    .filter(({ properties }) => properties.name?.toLowerCase().includes(wanted))
    .slice(0, 12)
    .map(({ geometry, properties }) => ({
      name: properties.name,
      premises: properties.id,
      lon: geometry.coordinates[0],
      lat: geometry.coordinates[1],
    }));
}

function zoneAt(zones, lon, lat) {
  const inRing = (ring) =>
    ring.reduce((inside, [x, y], index) => {
      const [px, py] = ring[(index || ring.length) - 1];
      return y > lat !== py > lat && lon < ((px - x) * (lat - y)) / (py - y) + x ? !inside : inside;
    }, false);
  const found = zones.features.find(({ geometry }) => {
    const polygons = geometry.type === "MultiPolygon" ? geometry.coordinates : [geometry.coordinates];
    return polygons.some(([outer, ...holes]) => inRing(outer) && !holes.some(inRing));
  });
  return found ? found.properties.id : null;
}

// After its last day a station's file says so, and shows nothing.
function hasExpired() {
  if (!page.expires || Date.now() < new Date(page.expires).getTime()) return false;
  replaceIn(
    document.getElementById("main"),
    el("h1", {}, t("file.expired", { day: dayText(new Date(new Date(page.expires).getTime() - 1)) })),
    el("p", {}, t("file.expired_hint")),
  );
  document.getElementById("file-data").remove();
  document.getElementById("main").hidden = false;
  document.documentElement.dataset.ready = "true";
  return true;
}

if (!hasExpired()) {
  document.getElementById("main").hidden = false;
  window.map_park.invalidateSize();
  startConsole(window.map_park, fileSource(JSON.parse(document.getElementById("file-data").textContent)));
}
