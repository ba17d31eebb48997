// The search box: an enterprise, a zone or a station by its name, code or initials; a press shows it
// on the map. Without a script the same box searches the table of enterprises.
import { el, replaceIn } from "./dom.js";
import { t } from "./page.js";
import { choosePlace, chooseStation, chooseZone, flyToPremises } from "./place.js";

const { L } = window;
const FIND_WAIT_MS = 200;
const FIND_ZOOM = 17;

export function startFind(app) {
  const input = document.getElementById("find");
  if (!input || !app.source.find) return;
  const list = document.getElementById("found");
  const state = { found: [], at: -1, asked: 0, waiting: null };
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-controls", "found");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  const hide = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (one) => {
    hide();
    input.value = one.name;
    goTo(app, one);
  };
  const write = () => writeFound(list, input, state, choose);
  input.addEventListener("input", () => {
    clearTimeout(state.waiting);
    state.waiting = setTimeout(async () => {
      state.asked += 1;
      const { asked } = state;
      const found = await findAll(app, input.value);
      if (asked !== state.asked) return;
      Object.assign(state, { found, at: found.length ? 0 : -1 });
      if (input.value.trim()) write();
      else hide();
    }, FIND_WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
    if (list.hidden || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    state.at = (state.at + step + state.found.length) % state.found.length;
    write();
  });
  input.form.addEventListener("submit", (event) => {
    if (list.hidden || state.at < 0) return;
    event.preventDefault();
    choose(state.found[state.at]);
  });
  input.addEventListener("blur", () => setTimeout(hide, 150));
}

async function findAll({ data, source }, text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  const named = (features, kind) =>
    features
      .filter(({ geometry, properties }) => geometry && properties.name?.toLowerCase().includes(wanted))
      .slice(0, 4)
      .map((feature) => ({ kind, name: feature.properties.name, feature }));
  const firms = await source.find(text.trim()).catch(() => []);
  return [...named(data.zones.features, "zone"), ...named(data.stations.features, "station"), ...firms.map((one) => ({ ...one, kind: "firm" }))];
}

function writeFound(list, input, { found, at }, choose) {
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
  if (at >= 0) input.setAttribute("aria-activedescendant", `found-${at}`);
  replaceIn(
    list,
    found.length
      ? found.map((one, index) =>
          el(
            "li",
            { id: `found-${index}`, role: "option", "aria-selected": index === at ? "true" : "false", onpointerdown: (event) => (event.preventDefault(), choose(one)) },
            el("b", {}, one.name),
            el("span", { class: "mute small" }, one.kind === "firm" ? (one.lon === null ? t("map.find_unlocated") : one.credit_code ?? "") : t(`map.find_${one.kind}`)),
          ),
        )
      : [el("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, t("map.find_none"))],
  );
}

function goTo(app, one) {
  const { map } = app;
  if (one.kind === "zone") {
    map.fitBounds(L.geoJSON(one.feature).getBounds(), { animate: false });
    chooseZone(app, one.feature);
  } else if (one.kind === "station") {
    const [lon, lat] = one.feature.geometry.coordinates;
    map.setView([lat, lon], FIND_ZOOM, { animate: false });
    chooseStation(app, one.feature);
  } else if (app.data.premises.features.some(({ properties }) => properties.id === one.premises)) {
    flyToPremises(app, one.premises, FIND_ZOOM);
  } else if (one.lon !== null) {
    map.setView([one.lat, one.lon], FIND_ZOOM, { animate: false });
    choosePlace(app, L.latLng(one.lat, one.lon));
  }
}
