// One canvas over the map, redrawn whenever the view changes: for thousands of dots and for names.
const { L } = window;

export const CanvasLayer = L.Layer.extend({
  // `draw(context, map)` draws in container pixels.
  initialize(pane, draw) {
    this._pane = pane;
    this._draw = draw;
  },

  onAdd(map) {
    this._canvas = L.DomUtil.create("canvas", "leaflet-layer");
    this._canvas.setAttribute("aria-hidden", "true");
    map.getPane(this._pane).append(this._canvas);
    map.on("move zoom viewreset resize", this.redraw, this);
    this.redraw();
  },

  onRemove(map) {
    map.off("move zoom viewreset resize", this.redraw, this);
    this._canvas.remove();
  },

  redraw() {
    const map = this._map;
    if (!map) return this;
    const size = map.getSize();
    const ratio = window.devicePixelRatio || 1;
    this._canvas.width = Math.round(size.x * ratio);
    this._canvas.height = Math.round(size.y * ratio);
    this._canvas.style.width = `${size.x}px`;
    this._canvas.style.height = `${size.y}px`;
    L.DomUtil.setPosition(this._canvas, map.containerPointToLayerPoint([0, 0]));
    const context = this._canvas.getContext("2d");
    context.scale(ratio, ratio);
    this._draw(context, map);
    return this;
  },
});
