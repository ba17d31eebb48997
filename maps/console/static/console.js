// The map as a console: draws what a source gives, answers clicks and keys, says what failed.
import { boundaryLayer, makePanes, premisesLayer, roadsLayer, zoneFillLayer, zonesLayer } from "./basemap.js";
import { whenFree } from "./canvas.js";
import { patterns } from "./classes.js";
import { startCompare } from "./compare.js";
import { byId, el, replaceIn } from "./dom.js";
import { startFind } from "./find.js";
import { periodText } from "./figures.js";
import { showWhole } from "./fit.js";
import { describeMap, onKeys } from "./keys.js";
import { labelsLayer } from "./labels.js";
import { writeLegend } from "./legend.js";
import { sayNotice } from "./notice.js";
import { onlineLayers } from "./online.js";
import { either, page, phrase, t } from "./page.js";
import { chooseCentre, choosePlace, chooseStation, chooseZone, closePlace, pressed } from "./place.js";
import { reportsLayer, reportsText } from "./reports.js";
import { writeScorecard } from "./scorecard.js";
import { stationsLayer, writeStationKey } from "./stations.js";
import { startTimes } from "./times.js";
import { readView, writeView } from "./view.js";

const { L } = window;
const AT_FIRST_OFF = ["reports"];

// Make the map work. `map` is the Leaflet map of the shell, `source` where its data comes from.
export async function startConsole(map, source) {
  const state = { view: readView(), layers: {}, point: null, asked: 0, surface: null, time: page.time ?? "now" };
  document.body.append(patterns());
  makePanes(map);
  describeMap(map, t("map.title"));
  const parts = await Promise.allSettled([source.map(), source.surfaces(state.time)]);
  if (parts[0].status === "rejected") {
    const refused = [401, 403].includes(parts[0].reason?.status);
    if (refused) sayNotice("map.not_public", "map.not_public_hint");
    else sayNotice("map.failed", "map.failed_hint", () => location.reload());
    document.documentElement.dataset.ready = "true";
    return null;
  }
  const data = withLists(parts[0].value);
  const graded = parts[1].status === "fulfilled" ? parts[1].value : { surfaces: [], main: null };
  const app = { map, source, data, graded, state, keep: () => keepView(app) };
  app.choose = (id) => chooseSurface(app, id);
  app.explain = (surface, latlng) => explainOther(app, surface, latlng);
  onlineLayers(map, page.base).forEach((layer) => layer.addTo(map));
  if (page.base) byId("opacity").value = 60; // Their streets are to be seen through our cells.
  writeLists(app);
  showSurfaces(app, graded, state.view.surface);
  startCompare(app);
  startTimes(app, (key, given) => {
    showSurfaces(app, given, state.surface?.id);
    showReports(app);
    if (state.point) choosePlace(app, state.point);
  });
  drawPark(app); // All that is around the map has taken its room: the park is drawn once, tiles are asked for once.
  listen(app);
  startFind(app);
  if (state.view.point) choosePlace(app, L.latLng(state.view.point[1], state.view.point[0]));
  document.documentElement.dataset.ready = "true";
  whenFree(app.keep); // The address can wait for the first picture.
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
    landmarks: list(data.landmarks),
  };
}

// Say what there is to switch on and off.
function writeLists(app) {
  const { data, state } = app;
  writeStationKey(byId("station-key"), data);
  const count = data.premises.features.filter(({ geometry }) => geometry).length;
  byId("premises-count").textContent = t("map.layer.premises", { n: count });
  byId("stations-count").textContent = t("map.layer.stations", { n: data.stations.features.length });
  const empty = {
    premises: !count,
    stations: !data.stations.features.length,
    roads: !data.roads.features.length,
    reports: !app.source.reports || !count,
  };
  for (const box of document.querySelectorAll("[data-layer]")) {
    const name = box.dataset.layer;
    box.closest("label").hidden = Boolean(empty[name]);
    const off = AT_FIRST_OFF.includes(name) ? !state.view.on.includes(name) : state.view.off.includes(name);
    box.checked = !off && !empty[name];
    box.addEventListener("change", () => switchLayer(app, name, box.checked));
  }
}

// Layers wait on a map that shows no place yet; the last line makes it show one.
function drawPark(app) {
  const { map, data, state } = app;
  const isOn = (name) => document.querySelector(`[data-layer=${name}]`).checked;
  boundaryLayer(data).addTo(map);
  Object.assign(state.layers, {
    roads: roadsLayer(data),
    zones: zonesLayer(data),
    premises: premisesLayer(data),
    stations: stationsLayer(data, (feature) => chooseStation(app, feature)),
  });
  for (const name of ["roads", "zones", "premises", "stations"]) if (isOn(name)) state.layers[name].addTo(map);
  state.labels = labelsLayer(data, isOn).addTo(map);
  if (isOn("reports")) showReports(app);
  state.fit = showWhole(map, data.bounds, state.view.at);
}

function switchLayer(app, name, on) {
  const layer = app.state.layers[name];
  if (name === "reports") showReports(app);
  else if (layer && on) layer.addTo(app.map);
  else if (layer) layer.remove();
  app.state.labels.redraw();
  keepView(app);
}

// Reports are asked for when somebody wants to see them, for the time that is shown.
async function showReports({ map, source, state }) {
  const box = document.querySelector("[data-layer=reports]");
  const line = byId("reports-line");
  state.layers.reports?.remove();
  line.hidden = !box.checked;
  if (!box.checked) return;
  const { time } = state;
  try {
    const marks = await source.reports(time);
    if (time !== state.time || !box.checked) return;
    state.layers.reports?.remove();
    state.layers.reports = reportsLayer(marks).addTo(map);
    line.textContent = reportsText(marks);
  } catch {
    line.textContent = t("map.reports_failed");
  }
}

// Show the surfaces of a time; the one chosen before stays where there is one of its kind.
function showSurfaces(app, graded, wanted) {
  app.graded = graded;
  app.map.fire("surfaces");
  fillChoices(app);
  const kind = (wanted ?? "").split(".")[1];
  const same = graded.surfaces.find(({ id }) => id === wanted);
  const alike = graded.surfaces.find(({ id }) => kind && id.split(".")[1] === kind);
  chooseSurface(app, (same ?? alike)?.id ?? graded.main);
}

function fillChoices(app) {
  const choice = byId("surface");
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
}

function chooseSurface(app, id) {
  const { map, data, graded, state, source } = app;
  const surface = graded.surfaces.find((one) => one.id === id) || graded.surfaces.find((one) => one.id === graded.main);
  if (!surface) return;
  state.surface = surface;
  byId("surface").value = surface.id;
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
  state.fit?.(); // The legend has taken its room: tiles are asked for once.
  if (document.querySelector("[data-layer=surface]").checked) layer.addTo(map);
  setOpacity(app);
  if (state.fit) keepView(app);
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

// The server's headline is about the main surface of the time of the page; another surface, or
// another time, has its own name at the top.
function writeFinding({ graded, state }, surface) {
  const [finding, detail, notes] = [byId("finding"), byId("detail"), byId("notes")];
  if (notes) notes.textContent = notesOf(surface);
  if (!finding) return;
  state.headline ??= [finding.textContent, detail.textContent];
  const own = surface.id === graded.main && state.time === (page.time ?? "now");
  finding.textContent = own ? state.headline[0] : either(surface.title, surface.title_en);
  const said = [either(surface.unit_zh, surface.unit), periodText(surface.period.start, surface.period.end)];
  detail.textContent = own ? state.headline[1] : said.join(" · ");
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

// A press on the second map of two: the value there, of that map's surface.
function explainOther(app, surface, latlng) {
  const own = app.state.surface;
  app.state.surface = surface;
  choosePlace(app, latlng);
  app.state.surface = own;
}

function listen(app) {
  const { map } = app;
  map.on("click", ({ latlng, containerPoint }) => pressed(app, latlng, containerPoint));
  map.on("moveend", () => keepView(app));
  map.on("zoomend", () => markBetween(map));
  markBetween(map);
  byId("opacity")?.addEventListener("input", () => setOpacity(app));
  byId("surface").addEventListener("change", ({ target }) => {
    chooseSurface(app, target.value);
    if (app.state.point) choosePlace(app, app.state.point);
  });
  byId("print")?.addEventListener("click", () => window.print());
  onKeys(map, { Enter: () => chooseCentre(app), Escape: () => closePlace(app) });
}

// Between two whole zooms tiles are scaled, and would show a seam where they meet.
function markBetween(map) {
  map.getContainer().classList.toggle("between", map.getZoom() % 1 !== 0);
}

function keepView({ map, state }) {
  const centre = map.getCenter();
  const boxes = [...document.querySelectorAll("[data-layer]")];
  const named = (wanted) => boxes.filter(wanted).map((box) => box.dataset.layer);
  writeView({
    surface: state.surface?.id,
    at: [map.getZoom(), centre.lat.toFixed(6), centre.lng.toFixed(6)],
    point: state.point ? [state.point.lng.toFixed(6), state.point.lat.toFixed(6)] : null,
    off: named((box) => !box.checked && !AT_FIRST_OFF.includes(box.dataset.layer)),
    on: named((box) => box.checked && AT_FIRST_OFF.includes(box.dataset.layer)),
    time: state.time,
  });
}
