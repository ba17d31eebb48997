// Entry of the to-locate page: choose a premises, set a pin or type coordinates, save.
import { boundaryLayer, makePanes, premisesLayer, roadsLayer, zonesLayer } from "./basemap.js";
import { byId, el, replaceIn, svg } from "./dom.js";
import { showWhole } from "./fit.js";
import { describeMap, onKeys } from "./keys.js";
import { labelsLayer } from "./labels.js";
import { onlineLayers } from "./online.js";
import { page, phrase, t } from "./page.js";
import { FetchError, getJson, serviceSource } from "./source.js";

const { L } = window;
const map = window.map_park;
const form = byId("place-form");
const SHOWN = 100;
let pin = null;
let left = page.waiting;
let everybody = null;

async function start() {
  makePanes(map);
  describeMap(map, t("map.title"));
  byId("filter").addEventListener("input", filterList);
  byId("waiting").addEventListener("change", showPicked);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  try {
    const data = await serviceSource().map();
    onlineLayers(map, page.base).forEach((layer) => layer.addTo(map));
    showWhole(map, data.bounds);
    onKeys(map, { Enter: () => putPin(map.getCenter()) });
    map.on("click", ({ latlng }) => putPin(latlng));
    boundaryLayer(data).addTo(map);
    roadsLayer(data).addTo(map);
    zonesLayer(data).addTo(map);
    labelsLayer(data, (name) => name !== "premises").addTo(map);
    premisesLayer(data).addTo(map);
  } catch {
    say([el("b", {}, t("map.failed"))]);
  }
  document.documentElement.dataset.ready = "true";
}

function picked() {
  return document.querySelector("input[name=premises]:checked");
}

function showPicked() {
  const one = picked();
  if (one) byId("picked").textContent = t("locate.picked", { name: one.dataset.name });
}

// A short list is in the page; of a long one the page has the first hundred, and the rest is fetched
// when somebody searches it.
async function filterList() {
  const wanted = byId("filter").value.trim().toLowerCase();
  const list = byId("waiting");
  if (page.waiting <= SHOWN) {
    for (const item of list.children) item.hidden = !item.textContent.toLowerCase().includes(wanted);
    return;
  }
  try {
    everybody ??= (await getJson("/v1/premises/unlocated")).premises;
  } catch {
    say([el("b", {}, t("map.failed"))]);
    return;
  }
  const found = everybody.filter((one) => `${one.name} ${one.address} ${one.id}`.toLowerCase().includes(wanted));
  replaceIn(list, found.slice(0, SHOWN).map(itemOf));
}

function itemOf({ id, name, address, reason, etag }) {
  const where = address ? t("locate.address", { address }) : t("locate.no_address");
  const attributes = { type: "radio", name: "premises", form: "place-form", value: id };
  return el(
    "li",
    {},
    el(
      "label",
      {},
      el("input", { ...attributes, "data-etag": etag, "data-name": name || id }),
      el("span", {}, el("strong", {}, name || id), el("small", {}, `${where} · ${phrase("reason", reason || "missing")}`)),
    ),
  );
}

function putPin(latlng) {
  byId("lon").value = latlng.lng.toFixed(6);
  byId("lat").value = latlng.lat.toFixed(6);
  byId("datum").value = page.datum;
  const sign = svg("svg", { viewBox: "0 0 24 34", "aria-hidden": "true" }, svg("path", { d: "M12 33C12 33 2 19 2 12a10 10 0 0 1 20 0C22 19 12 33 12 33z" }), svg("circle", { cx: 12, cy: 12, r: 4 }));
  const icon = L.divIcon({ html: sign, className: "pin", iconSize: [24, 34], iconAnchor: [12, 33] });
  if (pin) pin.setLatLng(latlng);
  else pin = L.marker(latlng, { icon, keyboard: false, interactive: false }).addTo(map);
}

function problemOf() {
  if (!picked()) return ["locate.pick_first", null];
  const [lon, lat] = [byId("lon").value, byId("lat").value].map((text) => Number(text.trim() || NaN));
  if (!Number.isFinite(lon)) return ["locate.not_a_number", "lon"];
  if (!Number.isFinite(lat)) return ["locate.not_a_number", "lat"];
  if (Math.abs(lon) > 180) return ["locate.impossible", "lon"];
  if (Math.abs(lat) > 90) return ["locate.impossible", "lat"];
  return null;
}

// The same words at the top of the form and a link to the field; focus goes there.
function showProblem(text, field) {
  const box = byId("form-error");
  box.hidden = !text;
  for (const id of ["lon", "lat"]) byId(id).toggleAttribute("aria-invalid", id === field);
  if (!text) return;
  replaceIn(
    box,
    el("h2", {}, t("locate.error_title")),
    el("p", {}, field ? el("a", { href: `#${field}` }, text) : text),
  );
  box.focus();
}

async function save() {
  const problem = problemOf();
  showProblem(problem ? t(problem[0]) : "", problem?.[1]);
  if (problem) return;
  const one = picked();
  const body = {
    lon: Number(byId("lon").value),
    lat: Number(byId("lat").value),
    datum: byId("datum").value,
  };
  say([t("locate.saving")]);
  try {
    const answer = await getJson(`/ogc/collections/premises/items/${encodeURIComponent(one.value)}`, {
      method: "PATCH",
      headers: {
        "Content-Type": "application/merge-patch+json",
        "If-Match": `"${one.dataset.etag.replaceAll('"', "")}"`,
        "X-CSRF-Token": page.csrf,
      },
      body: JSON.stringify(body),
    });
    const key = answer?.properties?.outside ? "locate.saved_outside" : "locate.saved";
    say([el("b", {}, t(key, { name: one.dataset.name })), el("a", { href: page.home }, t("locate.see_map"))]);
    one.closest("li").remove();
    everybody = everybody?.filter(({ id }) => id !== one.value) ?? null;
    left -= 1;
    document.querySelector("h1").textContent = left ? t("locate.headline_some", { n: left }) : t("locate.headline_none");
    byId("picked").textContent = left ? t("locate.pick_first") : t("locate.none_lead");
    for (const id of ["lon", "lat"]) byId(id).value = "";
  } catch (error) {
    byId("notice").hidden = true;
    showProblem(t(failureOf(error)), null);
  }
}

function failureOf(error) {
  if (!(error instanceof FetchError)) return "locate.failed_plain";
  if (error.status === 412) return "locate.stale";
  return [401, 403, 404, 422].includes(error.status) ? `locate.status_${error.status}` : "locate.failed_plain";
}

function say(children) {
  byId("notice").hidden = false;
  replaceIn(byId("notice"), children);
}

start();
