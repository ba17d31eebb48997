// Two maps side by side that move as one: what was found, and the same freed of who looked where.
import { boundaryLayer, makePanes, roadsLayer, zonesLayer } from "./basemap.js";
import { byId, el, replaceIn } from "./dom.js";
import { labelsLayer } from "./labels.js";
import { writeLegend } from "./legend.js";
import { either } from "./page.js";

const { L } = window;

export function startCompare(app) {
  const button = byId("compare");
  if (!button) return;
  let second = null;
  const offer = () => {
    button.hidden = !pairOf(app);
    if (second && !pairOf(app)) second = closeSecond(app, second);
  };
  button.addEventListener("click", () => {
    second = second ? closeSecond(app, second) : openSecond(app, pairOf(app));
    button.setAttribute("aria-pressed", String(Boolean(second)));
  });
  byId("surface").addEventListener("change", () => {
    if (second) second = closeSecond(app, second);
    button.setAttribute("aria-pressed", "false");
  });
  app.map.on("surfaces", offer);
  offer();
}

// Give the two surfaces to compare: raw and corrected, of the kind that is shown where it has both.
function pairOf({ graded, state }) {
  const find = (id) => graded.surfaces.find((one) => one.id === id);
  const kinds = graded.surfaces.filter(({ id }) => id.startsWith("corrected.")).map(({ id }) => id.split(".")[1]);
  const own = state.surface?.id.split(".")[1];
  for (const kind of kinds.includes(own) ? [own, ...kinds] : kinds) {
    const raw = find(`raw.${kind}`);
    if (raw) return [raw, find(`corrected.${kind}`)];
  }
  return null;
}

function openSecond(app, [raw, corrected]) {
  const { map, data, source, state } = app;
  const wrap = map.getContainer().parentElement;
  const panel = el("div", { class: "second", role: "application", "aria-label": either(corrected.title, corrected.title_en) });
  const captions = [raw, corrected].map(({ title, title_en: en }) => el("p", { class: "caption" }, either(title, en)));
  wrap.classList.add("two");
  wrap.append(panel, ...captions);
  const other = L.map(panel, {
    crs: map.options.crs,
    zoomControl: false,
    attributionControl: false,
    zoomSnap: 0.5,
    zoomAnimation: false,
    fadeAnimation: false,
    center: map.getCenter(),
    zoom: map.getZoom(),
    minZoom: map.getMinZoom(),
    maxZoom: map.getMaxZoom(),
  });
  makePanes(other);
  boundaryLayer(data).addTo(other);
  for (const layer of [roadsLayer(data), zonesLayer(data), labelsLayer(data, (name) => name !== "stations")]) layer.addTo(other);
  source.layer(corrected).addTo(other);
  state.before = state.surface.id;
  app.choose(raw.id);
  const legend = byId("legend-second");
  legend.hidden = false;
  writeLegend(legend, corrected);
  const unlink = [follow(map, other), follow(other, map)];
  other.on("click", ({ latlng }) => app.explain(corrected, latlng));
  // The second legend takes room: both maps are as large as each other before they are led.
  const room = new ResizeObserver(() => {
    for (const one of [map, other]) one.invalidateSize({ animate: false, pan: false });
    map.fire("move");
  });
  room.observe(wrap);
  unlink.push(() => room.disconnect());
  return { other, panel, captions, wrap, unlink };
}

// Let one map go where the other goes. A map that is being led does not lead.
function follow(leader, led) {
  const lead = () => {
    if (leader.isLed) return;
    led.isLed = true;
    led.setView(leader.getCenter(), leader.getZoom(), { animate: false });
    led.isLed = false;
  };
  leader.on("move zoomend", lead);
  return () => leader.off("move zoomend", lead);
}

function closeSecond(app, { other, panel, captions, wrap, unlink }) {
  unlink.forEach((one) => one());
  other.remove();
  panel.remove();
  captions.forEach((one) => one.remove());
  wrap.classList.remove("two");
  byId("legend-second").hidden = true;
  replaceIn(byId("legend-second"));
  app.map.invalidateSize({ animate: false });
  if (app.graded.surfaces.some(({ id }) => id === app.state.before)) app.choose(app.state.before);
  return null;
}
