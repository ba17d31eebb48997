// A map that is worked by keyboard shows a frame and a cross at its middle; by pointer it does not.
import { t } from "./page.js";

export function describeMap(map, title) {
  const container = map.getContainer();
  container.setAttribute("role", "application");
  container.setAttribute("aria-label", title);
  container.setAttribute("aria-describedby", "map-description");
  let pointing = false;
  const show = (on) => container.classList.toggle("by-key", on);
  container.addEventListener("pointerdown", () => {
    pointing = true;
    show(false);
  });
  container.addEventListener("focus", () => show(!pointing));
  container.addEventListener("blur", () => {
    pointing = false;
    show(false);
  });
  container.addEventListener("keydown", () => show(true));
  window.L.control
    .zoom({ zoomInTitle: t("map.zoom_in"), zoomOutTitle: t("map.zoom_out") })
    .addTo(map);
  window.L.control.scale({ imperial: false, position: "bottomright", maxWidth: 110 }).addTo(map);
}

// Call `answer[key]` when a key is pressed while the map itself has the focus.
export function onKeys(map, answer) {
  const container = map.getContainer();
  container.addEventListener("keydown", (event) => {
    if (event.target !== container || !(event.key in answer)) return;
    event.preventDefault();
    answer[event.key]();
  });
}
