// Where the map's data comes from: the service's own addresses, and nothing else.
import { isEffort } from "./classes.js";
import { featuresOf } from "./columns.js";
import { page } from "./page.js";
import { revisedTiles } from "./revised.js";

export class FetchError extends Error {
  constructor(status, problem) {
    super(problem?.detail || problem?.title || `HTTP ${status}`);
    this.status = status;
  }
}

export async function getJson(address, options = {}) {
  const [answer, body] = await (takeAhead(address) ?? ask(address, options));
  if (!answer) throw body;
  if (!answer.ok) throw new FetchError(answer.status, body);
  return body;
}

async function ask(address, options) {
  const answer = await fetch(address, { headers: { Accept: "application/json" }, ...options });
  return [answer, await answer.json().catch(() => null)];
}

// What the head of the page has asked for (`ahead.js`) is taken once; later it is asked for anew.
function takeAhead(address) {
  const asked = window.askedAhead?.get(address);
  window.askedAhead?.delete(address);
  return asked;
}

// Give what a map page draws, in one shape for the service and for a file. `time` is a key of the
// slider: `now`, a month or an earlier publication.
export function serviceSource() {
  const at = (time, more = "") => (time && time !== "now" ? `?time=${time}${more ? `&${more}` : ""}` : more ? `?${more}` : "");
  return {
    map: async () => {
      const drawn = await getJson("/v1/map?premises=points");
      return { ...drawn, premises: featuresOf(drawn.premises) };
    },
    surfaces: (time) => getJson(`/v1/surfaces${at(time)}`),
    reports: (time) => getJson(`/v1/map/reports${at(time)}`),
    find: async (text) => (await getJson(`/v1/map/find?q=${encodeURIComponent(text)}`)).found,
    explain: (surface, lon, lat, time) =>
      getJson(`/v1/surfaces/${encodeURIComponent(surface.id)}/explain${at(time, `lon=${lon.toFixed(7)}&lat=${lat.toFixed(7)}`)}`),
    layer: (surface) =>
      surface.tiles
        ? revisedTiles(tilesOf(surface), planeOf(), { maxZoom: 20, className: isEffort(surface) ? "cells effort" : "cells", keepBuffer: 4 })
        : null,
  };
}

// Under a base map in GCJ-02 the cells are drawn in the same plane.
function planeOf() {
  return page.base?.datum === "gcj02" ? "gcj02" : "wgs84";
}

function tilesOf({ tiles }) {
  return planeOf() === "gcj02" ? tiles.replace("/tiles/", "/tiles/gcj02/") : tiles;
}
