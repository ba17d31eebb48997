// The side panel: value, class and parts of one place; the enterprises around it.
import { chip, classKey, isEffort, isHotSpot, isProbability, isTerrain } from "./classes.js";
import { el, replaceIn, svg } from "./dom.js";
import { dayText, daysBetween, numberText, percentText, printedParts, shareText } from "./figures.js";
import { either, t } from "./page.js";

const NEARBY_SHOWN = 5;
const NEARBY_MOST = 50;

export function writeHint(panel) {
  replaceIn(
    panel,
    el("h2", {}, t("panel.title")),
    el("p", {}, t("panel.hint")),
    el("p", { class: "mute small" }, t("map.keys")),
  );
}

export function writeLine(panel, key) {
  replaceIn(panel, el("h2", {}, t("panel.title")), el("p", {}, t(key)));
}

// Write the value at a place, with the parts it is made of: as printed, they add up to it.
export function writePlace(panel, answer, { surface, zoneName, premises }) {
  const key = classKey(answer.class);
  const title = zoneName ? t("panel.title_zone", { zone: zoneName }) : t("panel.title");
  const parts = answer.contributions?.length
    ? [{ label: t(isTerrain(surface) ? "panel.reference_terrain" : "panel.reference"), value: answer.reference, name: "reference" }].concat(
        answer.contributions.map((one) => ({
          label: either(one.name, one.name_en) || one.factor,
          value: one.value,
          name: one.factor,
        })),
      )
    : [];
  const printed = isProbability(surface)
    ? inPercent(answer.value, parts, Math.max(0, answer.decimals - 2))
    : printedParts(answer.value, parts.map(({ value }) => value), answer.decimals);
  replaceIn(
    panel,
    el("h2", {}, title),
    premises ? premisesLines(premises.properties, answer.premises) : null,
    el(
      "p",
      { class: "value" },
      chip(key, { big: true, effort: isEffort(surface) }),
      el("strong", { "data-value": answer.value, "data-class": key }, isHotSpot(surface) ? t(`hotspot.${key}`) : printed.total),
      el("span", {}, isHotSpot(surface) ? "" : either(surface.unit_zh, surface.unit)),
    ),
    answer.class_probability === null || answer.class_probability === undefined
      ? null
      : el("p", { class: "mute" }, t("panel.probability", { share: shareText(answer.class_probability) })),
    parts.length ? el("h3", {}, t("panel.contributions")) : null,
    parts.length
      ? contributions(parts, printed)
      : el("p", { class: "mute" }, t("panel.no_contributions")),
    premises ? riskLines(premises.properties, answer.premises) : null,
    el(
      "p",
      { class: "mute small" },
      t("panel.place", { lon: answer.lon.toFixed(5), lat: answer.lat.toFixed(5) }),
    ),
  );
}

// Write what is known of a zone, for readers who see zones only.
export function writeZone(panel, feature, surface) {
  const { name, mean } = feature.properties;
  const known = mean !== null && mean !== undefined;
  const key = known ? classKey(feature.properties.class) : "none";
  replaceIn(
    panel,
    el("h2", {}, name || t("panel.zone_merged")),
    known
      ? el(
          "p",
          { class: "value" },
          chip(key, { big: true }),
          el("strong", { "data-value": mean, "data-class": key }, (isProbability(surface) ? percentText : numberText)(mean)),
          el("span", {}, surface ? either(surface.unit_zh, surface.unit) : ""),
        )
      : el("p", {}, t("panel.zone_few")),
    known ? el("p", { class: "mute" }, t("panel.zone_mean")) : null,
  );
}

export function writeStation(panel, { properties }) {
  replaceIn(
    panel,
    el("h2", {}, properties.name || t("panel.station")),
    properties.type ? el("p", {}, properties.type) : null,
    properties.hours ? el("p", { class: "mute" }, t("panel.hours", { hours: properties.hours })) : null,
  );
}

// List the enterprises within 500 m, the gravest first; a press shows one on the map.
export function writeNearby(panel, nearby, asOf, onChoose) {
  panel.hidden = !nearby;
  if (!nearby) return;
  const ordered = [...nearby].sort((one, other) => (other.value ?? 0) - (one.value ?? 0));
  const rest = ordered.length - NEARBY_SHOWN;
  replaceIn(
    panel,
    el("h2", {}, nearbyTitle(nearby.length)),
    el(
      "ul",
      { class: "firms" },
      ordered.slice(0, NEARBY_SHOWN).map((one) => {
        const name = one.name || one.id;
        return el(
          "li",
          {},
          chip(classKey(one.class)),
          el(
            "button",
            { type: "button", class: "plain", "aria-label": t("panel.show", { name }), onclick: () => onChoose(one) },
            name,
          ),
          el("span", { class: "mute" }, lastVisit(one.last_visit, asOf)),
        );
      }),
    ),
    rest > 0 ? el("p", { class: "mute small" }, t("panel.nearby_more", { n: rest })) : null,
  );
}

// The service names fifty at most; a longer list says "at least".
function nearbyTitle(n) {
  if (n === 0) return t("panel.nearby_none");
  return t(n === NEARBY_MOST ? "panel.nearby_many" : "panel.nearby", { n });
}

function lastVisit(moment, asOf) {
  if (!moment) return t("panel.never_visited");
  const days = daysBetween(moment, asOf);
  return days < 1 ? t("panel.visited_today") : t("panel.last_visit", { n: days });
}

// What is near comes with names and figures; the map's ten thousand dots need not.
function premisesLines(properties, nearby) {
  const full = nearby?.find(({ id }) => id === properties.id);
  if (!full) return el("p", { class: "premises" }, el("b", {}, properties.id));
  const { name, id, people, inherent_class: inherent, last_visit: visit } = full;
  const known = (value) => value !== null && value !== undefined;
  const lines = [
    known(people) ? t("panel.people", { n: people }) : null,
    known(inherent) ? t("panel.inherent", { n: inherent }) : null,
    visit ? dayText(visit) : t("panel.never_visited"),
  ].filter((line) => line !== null);
  return el("p", { class: "premises" }, el("b", {}, name || id), el("br"), lines.join(" · "));
}

// How likely the next visit finds a major hazard, whoever looks, and why: parts add up as printed.
function riskLines(properties, nearby) {
  const risk = nearby?.find(({ id }) => id === properties.id)?.risk;
  if (!risk) return null;
  const parts = [
    { label: t("panel.reference"), value: risk.reference, name: "reference" },
    ...risk.contributions.map((one) => ({ label: either(one.name, one.name_en), value: one.value, name: one.factor })),
  ];
  const printed = inPercent(risk.probability, parts, 1);
  return el(
    "div",
    { class: "risk", "data-probability": risk.probability },
    el(
      "p",
      {},
      t("panel.risk", { share: printed.total }),
      t("panel.risk_range", { low: shareText(risk.low), high: shareText(risk.high) }),
    ),
    risk.status === "provisional" ? el("p", { class: "mute small" }, t("panel.risk_provisional")) : null,
    risk.contributions.length
      ? el("details", {}, el("summary", {}, t("panel.risk_why")), contributions(parts, printed, ({ name }) => ({ "data-reason": name })))
      : null,
  );
}

// Print a share and its parts in percent: as printed, they add up.
function inPercent(total, parts, decimals) {
  const printed = printedParts(total * 100, parts.map(({ value }) => value * 100), decimals);
  return { total: `${printed.total}%`, parts: printed.parts.map((text) => `${text}%`) };
}

function contributions(parts, printed, attributes = ({ name, value }) => ({ "data-factor": name, "data-value": value })) {
  const largest = Math.max(...parts.map(({ value }) => Math.abs(value)), 1e-12);
  const signed = parts.some(({ value }) => value < 0);
  return el(
    "div",
    { class: "parts" },
    el(
      "dl",
      {},
      parts.map((part, index) =>
        el(
          "div",
          attributes(part),
          el("dt", {}, part.label),
          el("dd", { class: "graph" }, bar(part.value / largest, signed)),
          el("dd", { class: "num" }, printed.parts[index]),
        ),
      ),
    ),
    el("p", { class: "sum" }, t("panel.sum", { n: parts.length, total: printed.total })),
  );
}

// A bar from the middle where something lowers the value, else from the left.
function bar(share, signed) {
  const length = Math.abs(share) * (signed ? 50 : 100);
  const start = signed ? (share < 0 ? 50 - length : 50) : 0;
  return svg(
    "svg",
    { class: "bar", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { x: start, y: 0, width: Math.max(length, 0.5), height: 8, class: share < 0 ? "less" : "more" }),
    signed ? svg("path", { d: "M50 0V8", class: "axis" }) : null,
  );
}
