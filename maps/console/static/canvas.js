// One canvas over the map, for thousands of dots and for names. It reaches beyond the view on every
// side, so that a drag only moves it: it is drawn again when the drag ends or leaves it, once a frame
// however many reasons there were.
const { L } = window;
export const INK = "#15202b";
const BEYOND = 0.3;

export const CanvasLayer = L.Layer.extend({
  // `draw(context, map, box)` draws in container pixels; `box` is what the canvas covers of them.
  initialize(pane, draw) {
    this._pane = pane;
    this._draw = draw;
  },

  onAdd(map) {
    this._canvas = L.DomUtil.create("canvas", "leaflet-layer");
    this._canvas.setAttribute("aria-hidden", "true");
    map.getPane(this._pane).append(this._canvas);
    this._isFirst = true;
    map.on("moveend zoom viewreset resize", this.redraw, this);
    map.on("move", this._follow, this);
    this.redraw();
  },

  onRemove(map) {
    map.off("moveend zoom viewreset resize", this.redraw, this);
    map.off("move", this._follow, this);
    this._canvas.remove();
  },

  redraw() {
    this._asked ??= requestAnimationFrame(() => this._paint());
    return this;
  },

  _paint() {
    this._asked = null;
    const map = this._map;
    if (!map) return;
    const size = map.getSize();
    const ratio = window.devicePixelRatio || 1;
    const beyond = size.multiplyBy(this._isFirst ? 0 : BEYOND)._round();
    // The first picture is of the view alone, two fifths of the work; what is beyond it follows.
    if (this._isFirst) whenFree(() => this.redraw());
    this._isFirst = false;
    const [wide, high] = [size.x + 2 * beyond.x, size.y + 2 * beyond.y];
    this._canvas.width = Math.round(wide * ratio);
    this._canvas.height = Math.round(high * ratio);
    this._canvas.style.width = `${wide}px`;
    this._canvas.style.height = `${high}px`;
    this._corner = map.containerPointToLayerPoint([-beyond.x, -beyond.y]);
    this._beyond = beyond;
    L.DomUtil.setPosition(this._canvas, this._corner);
    const context = this._canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, beyond.x * ratio, beyond.y * ratio);
    this._draw(context, map, { left: -beyond.x, top: -beyond.y, right: size.x + beyond.x, bottom: size.y + beyond.y });
  },

  // Draw again when a drag has come to the edge of what is drawn.
  _follow() {
    if (!this._corner) return;
    const corner = this._map.layerPointToContainerPoint(this._corner);
    if (Math.abs(corner.x + this._beyond.x) > this._beyond.x || Math.abs(corner.y + this._beyond.y) > this._beyond.y) this.redraw();
  },
});

// Do something when the first picture is there and nothing else is waiting.
export function whenFree(act) {
  if (window.requestIdleCallback) requestIdleCallback(act, { timeout: 500 });
  else setTimeout(act, 100);
}

// Give what turns longitude and latitude into exact container pixels, for many points in a row: the
// places are brought to the map's own plane once, and each view only scales and shifts them.
export function flatten(map, lon, lat) {
  const { crs } = map.options;
  const plane = new Float64Array(2 * lon.length);
  for (let index = 0; index < lon.length; index += 1) {
    const { x, y } = crs.latLngToPoint(L.latLng(lat[index], lon[index]), 0);
    plane[2 * index] = x;
    plane[2 * index + 1] = y;
  }
  return plane;
}

// Give [scale, west, north]: a point of the plane is at x * scale - west, y * scale - north.
export function viewOf(map) {
  const { min } = map.getPixelBounds();
  return [map.getZoomScale(map.getZoom(), 0), min.x, min.y];
}
