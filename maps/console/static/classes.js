// The four classes: keys, chips, swatches, and the patterns that zones are filled with.
import { el, svg } from "./dom.js";
import { page, t } from "./page.js";

export const CLASS_KEYS = ["none", "blue", "yellow", "orange", "red"];

// Give the key of a class, whether the data says `red`, `RED` or 4.
export function classKey(value) {
  if (typeof value === "number") return CLASS_KEYS[value] || "none";
  const key = String(value ?? "none").toLowerCase();
  return CLASS_KEYS.includes(key) ? key : "none";
}

// The four colours belong to risk. How much was looked has four levels too: in grey, without them.
export function isEffort(surface) {
  return /^(effort|coverage|looked)\./.test(surface?.id ?? "");
}

// A hot spot is new, old or going: its values are these words, not amounts.
export function isHotSpot(surface) {
  return /^hotspot\./.test(surface?.id ?? "");
}

// A chance from 0 to 1, written in percent.
export function isProbability(surface) {
  return /^probability\./.test(surface?.id ?? "");
}

// Times the park's mean, by kinds of places.
export function isTerrain(surface) {
  return /^terrain\./.test(surface?.id ?? "");
}

export function className(key, effort = false) {
  return t(effort ? `level.${key}` : `class.${key}`);
}

export function chip(key, { big = false, effort = false } = {}) {
  const label = effort ? t(`level_label.${key}`) : t(`class_label.${key}`);
  const style = `lv ${key}${big ? " big" : ""}${effort ? " grey" : ""}`;
  const letter = effort ? t(`level_letter.${key}`) : t(`class_letter.${key}`);
  return el("span", { class: style, role: "img", "aria-label": label }, letter);
}

export function swatch(key) {
  return svg(
    "svg",
    { class: "swatch", viewBox: "0 0 40 24", "aria-hidden": "true" },
    svg("rect", { x: 1, y: 1, width: 38, height: 22, fill: `url(#pattern-${key})`, class: "edge" }),
  );
}

// Make the patterns once for the page; a fill names one as `url(#pattern-red)`.
export function patterns() {
  const { colours } = page;
  const lines = {
    blue: null,
    yellow: "M0 4.5H8",
    orange: "M-1 9L9 -1M-1 1L1 -1M7 9L9 7",
    red: "M0 0L8 8M8 0L0 8",
    none: "M-1 9L9 -1M-1 1L1 -1M7 9L9 7",
  };
  return svg(
    "svg",
    { class: "vh", "aria-hidden": "true", width: 0, height: 0 },
    svg(
      "defs",
      {},
      CLASS_KEYS.map((key) =>
        svg(
          "pattern",
          { id: `pattern-${key}`, width: 8, height: 8, patternUnits: "userSpaceOnUse" },
          svg("rect", { width: 8, height: 8, fill: colours[key].fill }),
          lines[key] ? svg("path", { d: lines[key], stroke: colours[key].line, fill: "none" }) : null,
        ),
      ),
    ),
  );
}
