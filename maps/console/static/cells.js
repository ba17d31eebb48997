// Cells that travel inside a file: where they lie, what they hold, and a layer that draws them.
const { L } = window;
const TYPES = { u1: Uint8Array, i2: Int16Array, i4: Int32Array };
const TILE = 256;

// Read the blocks that maps/cells.py wrote.
export function readCells({ grid, runs, surfaces }) {
  const [rows, cols] = grid.shape;
  const place = new Int32Array(rows * cols).fill(-1);
  let count = 0;
  for (let index = 0; index < runs.length; index += 2) {
    for (let cell = runs[index]; cell < runs[index] + runs[index + 1]; cell += 1) place[cell] = count++;
  }
  const columns = new Map();
  return {
    grid,
    // Give, for a height in web Mercator (0 to 1), what gives the index of the cell at x, -1 for none.
    line(y) {
      const gridAt = gridLine(grid, y);
      return (x) => {
        const [col, row] = gridAt(x);
        if (!(col >= 0 && row >= 0 && col < cols && row < rows)) return -1;
        return place[Math.floor(row) * cols + Math.floor(col)];
      };
    },
    at(x, y) {
      return this.line(y)(x);
    },
    columns(id) {
      if (!columns.has(id) && surfaces[id]) columns.set(id, unpack(surfaces[id]));
      return columns.get(id) || null;
    },
  };
}

// Give, for a height in web Mercator, what gives column and row (in cells, from the north-west) at x.
function gridLine({ box, col, row }, y) {
  const v = (2 * (y - box[1])) / (box[3] - box[1]) - 1;
  if (Math.abs(v) > 1.001) return () => [-1, -1];
  const [cols, rows] = [along(col, v), along(row, v)];
  return (x) => {
    const u = (2 * (x - box[0])) / (box[2] - box[0]) - 1;
    return Math.abs(u) > 1.001 ? [-1, -1] : [polynomial(cols, u), polynomial(rows, u)];
  };
}

export function mercator({ lat, lng }) {
  const y = (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2;
  return [(lng + 180) / 360, y];
}

// Draws the classes with the same patterns as the service's tiles, sharp at every zoom.
export const CellsLayer = L.GridLayer.extend({
  initialize(cells, classes, table, className) {
    L.GridLayer.prototype.initialize.call(this, { tileSize: TILE, className, keepBuffer: 4 });
    this._cells = cells;
    this._classes = classes;
    this._colours = new Uint32Array(
      table.index.flat(2).map((index) => {
        const [red, green, blue, alpha] = table.palette[index];
        return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
      }),
    );
    this._period = table.index[0].length;
  },

  createTile({ x, y, z }) {
    const tile = L.DomUtil.create("canvas", "leaflet-tile");
    tile.width = TILE;
    tile.height = TILE;
    const context = tile.getContext("2d");
    const picture = context.createImageData(TILE, TILE);
    const pixels = new Uint32Array(picture.data.buffer);
    const scale = 1 / (TILE * 2 ** z);
    const period = this._period;
    for (let py = 0; py < TILE; py += 1) {
      const cellAt = this._cells.line((y * TILE + py + 0.5) * scale);
      for (let px = 0; px < TILE; px += 1) {
        const cell = cellAt((x * TILE + px + 0.5) * scale);
        if (cell < 0) continue;
        const place = (this._classes[cell] * period + (py % period)) * period + (px % period);
        pixels[py * TILE + px] = this._colours[place];
      }
    }
    context.putImageData(picture, 0, 0);
    return tile;
  },
});

function along(coefficients, v) {
  return coefficients[0].map((_, j) => polynomial(coefficients.map((line) => line[j]), v));
}

function polynomial(coefficients, at) {
  let sum = 0;
  for (let index = coefficients.length - 1; index >= 0; index -= 1) sum = sum * at + coefficients[index];
  return sum;
}

function unpack(block) {
  const column = (text, type) => {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    return new TYPES[type](bytes.buffer);
  };
  const levels = column(block.levels, "u1");
  return {
    classes: levels.map((level) => level & 7),
    decimals: Int8Array.from(levels, (level) => (level >> 3) - 1),
    digits: column(block.digits, block.digits_type),
    probability: block.probability ? column(block.probability, "u1") : null,
    parts: (block.parts || []).map((text) => column(text, block.parts_type)),
    factors: block.factors || [],
  };
}
