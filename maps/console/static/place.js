// One place of the map: what was pressed, what the source says of it, and the frame around it.
import { premisesAt } from "./basemap.js";
import { byId } from "./dom.js";
import { writeHint, writeLine, writeNearby, writePlace, writeStation, writeZone } from "./panel.js";
import { writeReports } from "./reports.js";

const { L } = window;

// A press: the premises under it, else the cell; and the reports around it where they are shown.
export function pressed(app, latlng, point) {
  const { map, state, data } = app;
  const premises = map.hasLayer(state.layers.premises) ? premisesAt(map, data, point) : null;
  const { reports } = state.layers;
  const found = reports && map.hasLayer(reports) ? reports.marksAt(map, point) : [];
  const panel = byId("reports-here");
  if (panel) panel.hidden = true;
  if (panel && found.length) writeReports(panel, reports.marks, found);
  if (premises) choosePremises(app, premises);
  else if (hasCells(app)) choosePlace(app, latlng);
}

export function chooseCentre(app) {
  const centre = app.map.getCenter();
  if (hasCells(app)) pressed(app, centre, app.map.latLngToContainerPoint(centre));
  else app.state.layers.surface?.eachLayer?.((layer) => layer.getBounds().contains(centre) && layer.fire("click"));
}

export function choosePremises(app, feature) {
  const [lon, lat] = feature.geometry.coordinates;
  choosePlace(app, L.latLng(lat, lon), feature);
}

export function chooseZone(app, feature) {
  byId("nearby").hidden = true;
  writeZone(byId("place"), feature, app.state.surface);
}

export function chooseStation(app, feature) {
  byId("nearby").hidden = true;
  writeStation(byId("place"), feature);
}

export function closePlace(app) {
  app.state.asked += 1;
  app.state.point = null;
  app.state.mark?.remove();
  for (const id of ["nearby", "reports-here"]) byId(id).hidden = true;
  writeHint(byId("place"));
  app.keep();
}

export async function choosePlace(app, latlng, premises = null) {
  const { map, source, data, state } = app;
  if (!state.surface) return;
  state.point = latlng;
  state.premises = premises;
  state.asked += 1;
  const { asked, surface } = state;
  drawMark(app, null);
  app.keep();
  const slow = setTimeout(() => asked === state.asked && writeLine(byId("place"), "panel.loading"), 400);
  try {
    const answer = await source.explain(surface, latlng.lng, latlng.lat, state.time);
    if (asked !== state.asked) return;
    if (answer.value === null || answer.value === undefined) {
      writeLine(byId("place"), "panel.outside");
      byId("nearby").hidden = true;
      return;
    }
    drawMark(app, answer.cell);
    const zone = data.zones.features.find(({ properties }) => properties.id === answer.zone_id);
    writePlace(byId("place"), answer, { surface, zoneName: zone?.properties.name || answer.zone_id, premises });
    writeNearby(byId("nearby"), answer.premises || null, surface.as_of, (one) => flyToPremises(app, one.id, map.getZoom()));
  } catch (error) {
    if (asked !== state.asked) return;
    byId("nearby").hidden = true;
    writeLine(byId("place"), error.status === 404 ? "panel.outside" : "panel.failed");
  } finally {
    clearTimeout(slow);
  }
}

// Show a premises: move there if it is not in view, and choose it.
export function flyToPremises(app, id, zoom) {
  const feature = app.data.premises.features.find(({ properties }) => properties.id === id);
  if (!feature) return;
  const [lon, lat] = feature.geometry.coordinates;
  if (app.map.getZoom() < zoom || !app.map.getBounds().contains([lat, lon])) {
    app.map.setView([lat, lon], Math.max(zoom, app.map.getZoom()), { animate: false });
  }
  choosePremises(app, feature);
}

function hasCells({ source, state }) {
  return Boolean(source.layer(state.surface || {}));
}

// Frame the chosen cell in the focus colour; a ring where the cell's corners are not known.
function drawMark({ map, state }, cell) {
  state.mark?.remove();
  const style = { color: "#6b21a8", weight: 3, fill: false, interactive: false, pane: "chosen" };
  state.mark = cell
    ? L.polygon(cell.map(([lon, lat]) => [lat, lon]), style)
    : L.circleMarker(state.point, { ...style, radius: 7 });
  state.mark.addTo(map);
}
