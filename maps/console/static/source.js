// Where the map's data comes from: the service's own addresses, and nothing else.
import { isEffort } from "./classes.js";

const { L } = window;

export class FetchError extends Error {
  constructor(status, problem) {
    super(problem?.detail || problem?.title || `HTTP ${status}`);
    this.status = status;
  }
}

export async function getJson(address, options = {}) {
  const answer = await fetch(address, { headers: { Accept: "application/json" }, ...options });
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw new FetchError(answer.status, body);
  return body;
}

// Give what a map page draws, in one shape for the service and for a file.
export function serviceSource() {
  return {
    map: () => getJson("/v1/map"),
    surfaces: () => getJson("/v1/surfaces"),
    explain: (surface, lon, lat, options) =>
      getJson(
        `/v1/surfaces/${encodeURIComponent(surface.id)}/explain?lon=${lon.toFixed(7)}&lat=${lat.toFixed(7)}`,
        options,
      ),
    layer: (surface) =>
      surface.tiles
        ? L.tileLayer(surface.tiles, { maxZoom: 20, className: isEffort(surface) ? "cells effort" : "cells", keepBuffer: 4 })
        : null,
  };
}
