// The map as a console: draws what a source gives, answers clicks and keys, says what failed.
import {
  boundaryLayer,
  makePanes,
  premisesAt,
  premisesLayer,
  roadsLayer,
  zoneFillLayer,
  zonesLayer,
} from "./basemap.js";
import { patterns } from "./classes.js";
import { el, replaceIn } from "./dom.js";
import { showWhole } from "./fit.js";
import { describeMap, onKeys } from "./keys.js";
import { writeLegend } from "./legend.js";
import { either, page, phrase, t } from "./page.js";
import { writeHint, writeLine, writeNearby, writePlace, writeStation, writeZone } from "./panel.js";
import { writeScorecard } from "./scorecard.js";
import { stationsLayer, writeStationKey } from "./stations.js";
import { readView, writeView } from "./view.js";

const { L } = window;
const byId = (id) => document.getElementById(id);

// Make the map work. `map` is the Leaflet map of the shell, `source` where its data comes from.
export async function startConsole(map, source) {
  const state = { view: readView(), layers: {}, point: null, asked: 0, surface: null };
  document.body.append(patterns());
  makePanes(map);
  describeMap(map, t("map.title"));
  const parts = await Promise.allSettled([source.map(), source.surfaces()]);
  if (parts[0].status === "rejected") {
    const refused = [401, 403].includes(parts[0].reason?.status);
    if (refused) sayNotice("map.not_public", "map.not_public_hint");
    else sayNotice("map.failed", "map.failed_hint", () => location.reload());
    document.documentElement.dataset.ready = "true";
    return null;
  }
  const data = withLists(parts[0].value);
  const graded = parts[1].status === "fulfilled" ? parts[1].value : { surfaces: [], main: null };
  const app = { map, source, data, graded, state };
  drawPark(app);
  fillChoices(app);
  chooseSurface(app, state.view.surface || graded.main);
  listen(app);
  if (state.view.point) choosePlace(app, L.latLng(state.view.point[1], state.view.point[0]));
  document.documentElement.dataset.ready = "true";
  return app;
}

function withLists(data) {
  const none = { type: "FeatureCollection", features: [] };
  const list = (value) => (value && Array.isArray(value.features) ? value : none);
  return {
    ...data,
    zones: list(data.zones),
    roads: list(data.roads),
    stations: list(data.stations),
    premises: list(data.premises),
  };
}

function drawPark({ map, data, state, ...rest }) {
  const app = { map, data, state, ...rest };
  state.fit = showWhole(map, data.bounds, state.view.at);
  boundaryLayer(data).addTo(map);
  state.layers.roads = roadsLayer(data);
  state.layers.zones = zonesLayer(data);
  state.layers.premises = premisesLayer(data);
  state.layers.stations = stationsLayer(data, (feature) => chooseStation(app, feature));
  writeStationKey(byId("station-key"), data);
  const count = data.premises.features.filter(({ geometry }) => geometry).length;
  byId("premises-count").textContent = t("map.layer.premises", { n: count });
  byId("stations-count").textContent = t("map.layer.stations", { n: data.stations.features.length });
  const empty = { premises: !count, stations: !data.stations.features.length, roads: !data.roads.features.length };
  for (const box of document.querySelectorAll("[data-layer]")) {
    const name = box.dataset.layer;
    box.closest("label").hidden = Boolean(empty[name]);
    box.checked = !state.view.off.includes(name);
    box.addEventListener("change", () => switchLayer(app, name, box.checked));
    if (state.layers[name] && box.checked) state.layers[name].addTo(map);
  }
}

function switchLayer(app, name, on) {
  const layer = app.state.layers[name];
  if (layer && on) layer.addTo(app.map);
  else if (layer) layer.remove();
  keepView(app);
}

function fillChoices(app) {
  const choice = byId("surface");
  if (!choice) return;
  if (!app.graded.surfaces.length) {
    choice.closest(".right").hidden = true;
    sayNotice("map.no_surfaces");
    return;
  }
  replaceIn(
    choice,
    app.graded.surfaces.map(({ id, title, title_en: en }) => el("option", { value: id }, either(title, en))),
  );
  choice.disabled = false;
  choice.addEventListener("change", () => {
    chooseSurface(app, choice.value);
    if (app.state.point) choosePlace(app, app.state.point);
  });
}

function chooseSurface(app, id) {
  const { map, data, graded, state, source } = app;
  const surface = graded.surfaces.find((one) => one.id === id) || graded.surfaces.find((one) => one.id === graded.main);
  if (!surface) return;
  state.surface = surface;
  const choice = byId("surface");
  if (choice) choice.value = surface.id;
  state.layers.surface?.remove();
  const cells = source.layer(surface);
  const layer = cells || zoneFillLayer(data, (feature) => chooseZone(app, feature));
  if (cells) watchTiles(map, cells);
  byId("surface-name").textContent = t(cells ? "map.layer.surface" : "map.layer.zone_fill");
  state.layers.surface = layer;
  const withheld = !cells && data.zones.features.some(({ properties }) => properties.mean === null);
  writeLegend(byId("legend"), surface, { byZone: !cells, withheld });
  writeFinding(app, surface);
  writeScorecard(byId("score"), surface);
  state.fit(); // The legend has taken its room: tiles are asked for once.
  if (document.querySelector("[data-layer=surface]").checked) layer.addTo(map);
  setOpacity(app);
  keepView(app);
}

function watchTiles(map, layer) {
  let failed = false;
  layer.on("loading", () => {
    failed = false;
  });
  layer.on("tileerror", () => {
    failed = true;
    // Not layer.redraw(): between two whole zooms Leaflet would ask for tiles of no zoom.
    sayNotice("map.surface_failed", null, () => layer.remove().addTo(map));
  });
  layer.on("load", () => {
    byId("notice").hidden = !failed;
  });
}

// The server's headline is about the main surface; another one has its own name at the top.
function writeFinding({ graded, state }, surface) {
  const [finding, detail, notes] = [byId("finding"), byId("detail"), byId("notes")];
  if (notes) notes.textContent = notesOf(surface);
  if (!finding) return;
  state.headline ??= [finding.textContent, detail.textContent];
  const own = surface.id === graded.main;
  finding.textContent = own ? state.headline[0] : either(surface.title, surface.title_en);
  detail.textContent = own ? state.headline[1] : either(surface.unit_zh, surface.unit);
}

// The ladder has its own sentence beside the map.
function notesOf({ notes = [] }) {
  const own = notes.filter((code) => !code.startsWith("ladder."));
  return own.map((code) => phrase("note", code)).join(" ");
}

function setOpacity({ map, state }) {
  const share = Number(byId("opacity")?.value ?? 100) / 100;
  state.layers.surface?.setOpacity?.(share);
  map.getPane("zonefill").style.opacity = share;
  for (const swatch of document.querySelectorAll("#legend .swatch")) swatch.style.opacity = share;
}

function listen(app) {
  const { map, state, data } = app;
  map.on("click", ({ latlng, containerPoint }) => {
    const premises = map.hasLayer(state.layers.premises) ? premisesAt(map, data, containerPoint) : null;
    if (premises) choosePremises(app, premises);
    else if (app.source.layer(state.surface || {})) choosePlace(app, latlng);
  });
  map.on("moveend", () => keepView(app));
  map.on("zoomend", () => markBetween(map));
  markBetween(map);
  byId("opacity")?.addEventListener("input", () => setOpacity(app));
  onKeys(map, { Enter: () => chooseCentre(app), Escape: () => closePlace(app) });
}

// Between two whole zooms tiles are scaled, and would show a seam where they meet.
function markBetween(map) {
  map.getContainer().classList.toggle("between", map.getZoom() % 1 !== 0);
}

function chooseCentre(app) {
  const centre = app.map.getCenter();
  if (app.source.layer(app.state.surface || {})) choosePlace(app, centre);
  else app.state.layers.surface?.eachLayer?.((layer) => layer.getBounds().contains(centre) && layer.fire("click"));
}

function choosePremises(app, feature) {
  const [lon, lat] = feature.geometry.coordinates;
  choosePlace(app, L.latLng(lat, lon), feature);
}

function chooseZone(app, feature) {
  byId("nearby").hidden = true;
  writeZone(byId("place"), feature, app.state.surface);
}

function chooseStation(app, feature) {
  byId("nearby").hidden = true;
  writeStation(byId("place"), feature);
}

function closePlace(app) {
  app.state.asked += 1;
  app.state.point = null;
  app.state.mark?.remove();
  byId("nearby").hidden = true;
  writeHint(byId("place"));
  keepView(app);
}

async function choosePlace(app, latlng, premises = null) {
  const { map, source, data, state } = app;
  if (!state.surface) return;
  state.point = latlng;
  state.asked += 1;
  const { asked, surface } = state;
  drawMark(app, null);
  keepView(app);
  const slow = setTimeout(() => asked === state.asked && writeLine(byId("place"), "panel.loading"), 400);
  try {
    const answer = await source.explain(surface, latlng.lng, latlng.lat);
    if (asked !== state.asked) return;
    if (answer.value === null || answer.value === undefined) {
      writeLine(byId("place"), "panel.outside");
      byId("nearby").hidden = true;
      return;
    }
    drawMark(app, answer.cell);
    const zone = data.zones.features.find(({ properties }) => properties.id === answer.zone_id);
    writePlace(byId("place"), answer, { surface, zoneName: zone?.properties.name || answer.zone_id, premises });
    writeNearby(byId("nearby"), answer.premises || null, surface.as_of, (one) => {
      const feature = data.premises.features.find(({ properties }) => properties.id === one.id);
      if (!feature) return;
      const [lon, lat] = feature.geometry.coordinates;
      if (!map.getBounds().contains([lat, lon])) map.panTo([lat, lon], { animate: false });
      choosePremises(app, feature);
    });
  } catch (error) {
    if (asked !== state.asked) return;
    byId("nearby").hidden = true;
    writeLine(byId("place"), error.status === 404 ? "panel.outside" : "panel.failed");
  } finally {
    clearTimeout(slow);
  }
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

function keepView({ map, state }) {
  const centre = map.getCenter();
  const off = [...document.querySelectorAll("[data-layer]")].filter((box) => !box.checked);
  writeView({
    surface: state.surface?.id,
    at: [map.getZoom(), centre.lat.toFixed(6), centre.lng.toFixed(6)],
    point: state.point ? [state.point.lng.toFixed(6), state.point.lat.toFixed(6)] : null,
    off: off.map((box) => box.dataset.layer),
  });
}

// One calm line: what failed, what still works, and one thing to do.
export function sayNotice(what, works = null, retry = null) {
  const notice = byId("notice");
  notice.hidden = false;
  replaceIn(
    notice,
    el("b", {}, t(what)),
    works ? el("span", {}, t(works)) : null,
    retry && works ? el("a", { href: page.table }, t("map.table_link")) : null,
    retry ? el("button", { type: "button", class: "btn sm quiet", onclick: retry }, t("map.retry")) : null,
  );
}
