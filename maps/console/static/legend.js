// The legend: what is counted, in what unit, for when, in which classes, from which data.
import { classKey, className, isEffort, isHotSpot, isProbability, swatch } from "./classes.js";
import { el, replaceIn } from "./dom.js";
import { momentText, numberText, percentText, periodText } from "./figures.js";
import { either, t } from "./page.js";

const RISING = ["blue", "yellow", "orange", "red"];

// `withheld` says that some zone shows nothing; `byZone` that means of zones are coloured.
export function writeLegend(parent, surface, { byZone = false, withheld = false } = {}) {
  const effort = isEffort(surface);
  parent.classList.toggle("effort", effort);
  replaceIn(
    parent,
    el(
      "div",
      {},
      el("h2", {}, either(surface.title, surface.title_en)),
      isHotSpot(surface) ? null : el("p", {}, either(surface.unit_zh, surface.unit)),
    ),
    el(
      "ul",
      {},
      ranges(surface.breaks, isProbability(surface) ? percentText : numberText).map(({ key, low, text }) => el("li", { "data-class": key, "data-low": low }, swatch(key), meaning(surface, key, text))),
      withheld ? el("li", { "data-class": "none" }, swatch("none"), el("b", {}, t("class.withheld")), el("span", {}, t("legend.withheld"))) : null,
    ),
    el(
      "p",
      { class: "meta" },
      el("span", {}, gradingText(surface, byZone)),
      el("span", {}, t("legend.rule")),
      el("span", {}, t("legend.period", { period: periodText(surface.period.start, surface.period.end) })),
      el("span", {}, t("legend.as_of", { moment: momentText(surface.as_of) })),
      surface.live === undefined ? null : el("span", {}, t(surface.live ? "legend.live" : "legend.waits")),
    ),
  );
}

function meaning(surface, key, text) {
  if (isHotSpot(surface)) return [el("b", {}, t(`hotspot.${key}`)), el("span", {}, t(`hotspot_rule.${key}`))];
  return [el("b", {}, className(key, isEffort(surface))), el("span", {}, text)];
}

// Give the class of a value by the breaks: a lower bound belongs to the class above it.
export function classOf(value, breaks) {
  if (value === null || value === undefined || Number.isNaN(value)) return "none";
  return classKey(1 + breaks.filter((bound) => value >= bound).length);
}

function ranges(breaks, written) {
  const shown = breaks.map((bound) => written(bound));
  return RISING.map((key, index) => ({
    key,
    low: index ? breaks[index - 1] : "",
    text:
      index === 0
        ? t("legend.below", { high: shown[0] })
        : index === 3
          ? t("legend.at_least", { low: shown[2] })
          : t("legend.between", { low: shown[index - 1], high: shown[index] }),
  }))
    .filter(({ key }) => key === "blue" || key === "red" || !isEmpty(key, breaks))
    .reverse();
}

// Two equal breaks leave no value to the class between them.
function isEmpty(key, breaks) {
  const index = RISING.indexOf(key);
  return breaks[index - 1] === breaks[index];
}

function gradingText(surface, byZone) {
  const fixed = surface.breaks_version && surface.breaks_version !== "provisional";
  // Breaks that a deployment fixed are counted; those that are the same in every park are not.
  const version = /^v\d/.test(surface.breaks_version ?? "") ? ` ${surface.breaks_version}` : "";
  const slots = { version, cell: numberText(surface.cell_m, 0) };
  if (byZone) return fixed ? t("legend.fixed_zones", slots) : t("legend.provisional_zones");
  if (isEffort(surface)) return fixed ? t("legend.level_fixed", slots) : t("legend.level_provisional", slots);
  return fixed ? t("legend.fixed", slots) : t("legend.provisional", slots);
}
