// Entry of a map in a notebook: one surface or one frame, everything inside the document.
import { makePanes } from "./basemap.js";
import { CellsLayer, mercator, readCells } from "./cells.js";
import { isEffort, patterns } from "./classes.js";
import { byId, el, replaceIn, svg } from "./dom.js";
import { describeMap, onKeys } from "./keys.js";
import { writeLegend } from "./legend.js";
import { writeLine, writePlace } from "./panel.js";
import { valueOf } from "./values.js";

const { L } = window;
const RAMP = ["#e7e1ef", "#c9b5dc", "#a385c4", "#7a55a6", "#4b2a7b"];
const CLASSES = ["#0b5f56", "#7a55a6", "#46535f", "#8c5a2b", "#3aa0a0", "#a0527d", "#15202b", "#9aa6b2", "#cfd6dc"];
const NONE = "#eef1f3";

function startExplore(map, data) {
  document.body.append(patterns());
  makePanes(map);
  describeMap(map, document.title);
  map.invalidateSize();
  if (data.cells) showSurface(map, data);
  else showFeatures(map, data.features);
  document.documentElement.dataset.ready = "true";
}

function showSurface(map, data) {
  const cells = readCells(data.cells);
  const { surface } = data;
  const columns = cells.columns(surface.id);
  fitBox(map, data.cells.grid.box);
  new CellsLayer(cells, columns.classes, data.table, isEffort(surface) ? "cells effort" : "cells").addTo(map);
  writeLegend(byId("legend"), surface);
  const choose = (place) => {
    const cell = cells.at(...mercator(place));
    const said = cell < 0 ? {} : valueOf(columns, cell);
    if (said.value === undefined) writeLine(byId("place"), "panel.outside");
    else writePlace(byId("place"), { ...said, lon: place.lng, lat: place.lat }, { surface, zoneName: null, premises: null });
  };
  map.on("click", ({ latlng }) => choose(latlng));
  onKeys(map, { Enter: () => choose(map.getCenter()) });
}

// The box is in web Mercator, 0 to 1: west, north, east, south.
function fitBox(map, [west, north, east, south]) {
  const place = (x, y) => [(Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI, x * 360 - 180];
  map.fitBounds([place(west, south), place(east, north)], { animate: false, padding: [8, 8] });
}

function showFeatures(map, { shapes, classes, legend, tooltip, popup }) {
  const colours = legend.numeric ? RAMP : CLASSES;
  const colourOf = (index) => (classes[index] < 0 ? NONE : colours[classes[index]]);
  const renderer = L.canvas({ padding: 0.5 });
  const style = (index) => ({ renderer, color: "#15202b", weight: 1.5, fillColor: colourOf(index), fillOpacity: 0.75 });
  const group = L.featureGroup(
    shapes.map((shape, index) => {
      const lines = /Line/.test(shape.type);
      const layer = L.geoJSON(shape, {
        style: () => (lines ? { ...style(index), color: colourOf(index), weight: 3 } : style(index)),
        pointToLayer: (_, place) => L.circleMarker(place, { ...style(index), radius: 5, weight: 1 }),
      });
      if (tooltip.names.length) layer.bindTooltip(() => textsOf(tooltip, index), { sticky: true });
      if (popup.names.length) layer.bindPopup(() => textsOf(popup, index));
      layer.on("click", () => writeRow(tooltip.names.length ? tooltip : popup, index));
      return layer;
    }),
  ).addTo(map);
  map.fitBounds(group.getBounds(), { animate: false, padding: [12, 12], maxZoom: 17 });
  writeClasses(legend, colours);
}

// Names and values as elements: nothing of a text becomes markup.
function textsOf({ names, rows }, index) {
  return el("dl", { class: "texts" }, names.map((name, place) => el("div", {}, el("dt", {}, name), el("dd", {}, rows[index][place]))));
}

function writeRow(texts, index) {
  if (texts.names.length) replaceIn(byId("place"), textsOf(texts, index));
}

function writeClasses({ title, labels, shown }, colours) {
  const strip = byId("legend");
  strip.hidden = !shown || !labels.length;
  if (strip.hidden) return;
  const sign = (index) =>
    svg("svg", { class: "swatch", viewBox: "0 0 40 24", "aria-hidden": "true" }, svg("rect", { x: 1, y: 1, width: 38, height: 22, fill: colours[index], class: "edge" }));
  replaceIn(strip, el("h2", {}, title), el("ul", {}, labels.map((label, index) => el("li", {}, sign(index), el("b", {}, label)))));
}

startExplore(window.map_park, JSON.parse(byId("explore-data").textContent));
