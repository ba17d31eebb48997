// Reports as marks, one per place and kind: an ink ring whose size grows with their number, hollow
// where premises are solid. On a canvas: ten thousand of them are one element of the page.
import { CanvasLayer, INK, flatten, viewOf } from "./canvas.js";
import { el, replaceIn } from "./dom.js";
import { numberText, periodText } from "./figures.js";
import { either, page, t } from "./page.js";

const REACH_PX = 10;

// `marks` is what /v1/map/reports answers.
export function reportsLayer(marks) {
  const lon = marks.lon.map((step) => marks.origin[0] + step / 1e6);
  const lat = marks.lat.map((step) => marks.origin[1] + step / 1e6);
  let plane = null;
  const layer = new CanvasLayer("reports", (context, map, box) => {
    plane ??= flatten(map, lon, lat);
    drawMarks(context, map, box, plane, marks.n);
  });
  // Give the marks within reach of a point of the screen: places in the columns.
  layer.marksAt = (map, point) => {
    if (!plane) return [];
    const [scale, west, north] = viewOf(map);
    const found = [];
    for (let index = 0; index < marks.n.length; index += 1) {
      const [dx, dy] = [plane[2 * index] * scale - west - point.x, plane[2 * index + 1] * scale - north - point.y];
      if (Math.hypot(dx, dy) <= REACH_PX) found.push(index);
    }
    return found;
  };
  layer.marks = marks;
  return layer;
}

// A ring of each size is drawn once and copied to its places: thousands of strokes would take
// half a second where there is no graphics card.
function drawMarks(context, map, box, plane, counts) {
  const [scale, west, north] = viewOf(map);
  const zoom = map.getZoom();
  const base = zoom >= 16 ? 3.4 : zoom >= 14 ? 2.2 : 1.4;
  const rings = new Map();
  for (let index = 0; index < counts.length; index += 1) {
    const [x, y] = [plane[2 * index] * scale - west, plane[2 * index + 1] * scale - north];
    if (x < box.left || y < box.top || x > box.right || y > box.bottom) continue;
    const radius = base * Math.min(4, Math.round(2 * Math.sqrt(counts[index])) / 2);
    if (!rings.has(radius)) rings.set(radius, ringOf(radius, zoom < 16 ? 0.65 : 1));
    const { picture, half } = rings.get(radius);
    context.drawImage(picture, x - half, y - half, 2 * half, 2 * half);
  }
}

function ringOf(radius, thin) {
  const half = Math.ceil(radius + 3);
  const ratio = window.devicePixelRatio || 1;
  const picture = document.createElement("canvas");
  picture.width = picture.height = Math.ceil(2 * half * ratio);
  const context = picture.getContext("2d");
  context.scale(picture.width / (2 * half), picture.height / (2 * half));
  for (const [colour, width] of [["#ffffff", 3.6 * thin], [INK, 1.5 * thin]]) {
    context.beginPath();
    context.arc(half, half, radius, 0, 2 * Math.PI);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }
  return { picture, half };
}

// Say how many, from when, and whether places were joined.
export function reportsText(marks) {
  const shown = t("map.reports_shown", { n: marks.reports, period: periodText(marks.start, marks.end) });
  const joined = marks.square_m ? t("map.reports_joined", { side: numberText(marks.square_m, 0) }) : "";
  const waiting = marks.unlocated ? t("map.reports_unlocated", { n: marks.unlocated }) : "";
  return [shown, joined, waiting].filter(Boolean).join(page.lang === "zh" ? "" : " ");
}

// List what was reported at a place, by kind.
export function writeReports(panel, marks, found) {
  const byKind = new Map();
  for (const index of found) {
    const kind = marks.kinds[marks.kind[index]];
    byKind.set(kind, (byKind.get(kind) ?? 0) + marks.n[index]);
  }
  const total = [...byKind.values()].reduce((sum, one) => sum + one, 0);
  panel.hidden = !total;
  replaceIn(
    panel,
    el("h2", {}, t("map.reports_here", { n: total })),
    el("p", { class: "mute small" }, periodText(marks.start, marks.end)),
    el(
      "dl",
      { class: "kinds" },
      [...byKind]
        .sort((one, other) => other[1] - one[1])
        .map(([kind, n]) => el("div", {}, el("dt", {}, nameOf(marks, kind)), el("dd", { class: "num" }, numberText(n, 0)))),
    ),
    page.cases ? el("p", { class: "small" }, el("a", { href: page.cases }, t("map.reports_cases"))) : null,
  );
}

function nameOf({ names }, kind) {
  const [zh, en] = names[kind] ?? [kind, kind];
  return either(zh, en);
}
