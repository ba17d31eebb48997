// The time slider: which months and earlier maps there are stands in the page as links; with a
// script they are also stops of one slider, worked by finger, pointer and arrow keys.
import { sayNotice } from "./notice.js";
import { page, t } from "./page.js";

const TIME_WAIT_MS = 220;

// `onShow(key, surfaces)` is called when the surfaces of another time have come.
export function startTimes(app, onShow) {
  const box = document.getElementById("times");
  const stops = [...(box?.querySelectorAll("a[data-key]") ?? [])];
  if (stops.length < 2) return;
  const { slider, label, steps } = partsOf(box);
  let waiting = null;
  slider.max = stops.length - 1;
  const go = (index) => {
    slider.value = index;
    writeTime(stops, index, slider, label);
    clearTimeout(waiting);
    waiting = setTimeout(() => showTime(app, stops[index].dataset.key, onShow), TIME_WAIT_MS);
  };
  slider.addEventListener("input", () => go(Number(slider.value)));
  steps.forEach((button) =>
    button.addEventListener("click", () => {
      const index = Number(slider.value) + Number(button.dataset.step);
      if (index >= 0 && index < stops.length) go(index);
    }),
  );
  stops.forEach((stop, index) =>
    stop.addEventListener("click", (event) => {
      event.preventDefault();
      box.querySelector("details").open = false;
      go(index);
      slider.focus();
    }),
  );
  const now = Math.max(0, stops.findIndex(({ dataset }) => dataset.key === app.state.time));
  slider.value = now;
  writeTime(stops, now, slider, label);
  box.querySelector(".slider").hidden = false;
}

function partsOf(box) {
  return {
    slider: box.querySelector("input[type=range]"),
    label: box.querySelector("output"),
    steps: [...box.querySelectorAll("button[data-step]")],
  };
}

function writeTime(stops, index, slider, label) {
  const text = stops[index].textContent.trim();
  label.textContent = text;
  slider.setAttribute("aria-valuetext", text);
  stops.forEach((stop, place) => {
    if (place === index) stop.setAttribute("aria-current", "true");
    else stop.removeAttribute("aria-current");
  });
  for (const link of document.querySelectorAll("[data-table]")) {
    const { key } = stops[index].dataset;
    link.href = key === "now" ? page.table : `${page.table}${page.table.includes("?") ? "&" : "?"}time=${key}`;
  }
}

async function showTime(app, key, onShow) {
  const { source, state } = app;
  state.time = key;
  try {
    const given = await source.surfaces(key);
    if (state.time === key) onShow(key, given);
  } catch {
    sayNotice("map.time_failed", null, () => showTime(app, key, onShow));
    document.getElementById("finding").textContent = t("map.time_failed");
  }
}
