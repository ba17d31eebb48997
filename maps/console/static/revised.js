// Cells that change while they are looked at: a tile that looks different has another revision, and
// only such tiles are asked for again. Each is put in place when it is there, so nothing flickers.
const { L } = window;
const BOX_ZOOM = 22; // as api/mesh.py
const KEPT_CHANGES = 200;
const changesOf = new Map(); // id@version of a surface: what changed since, oldest first
const drawnLayers = new Set();

// A tile layer of a surface; `template` is its address for tiles, with version and revision.
export function revisedTiles(template, plane, options) {
  const layer = L.tileLayer(template, options);
  const [, key, own] = template.match(/\/([^/]+@[0-9a-f]+)\.(\d+)\//) ?? [null, template, "0"];
  const shown = new Map();
  const plain = layer.getTileUrl.bind(layer);
  layer.getTileUrl = (coords) => plain(coords).replace(`${key}.${own}/`, `${key}.${revisionOf(key, Number(own), plane, coords)}/`);
  layer.on("tileloadstart", ({ tile, coords }) => shown.set(tile, coords));
  layer.on("tileunload", ({ tile }) => shown.delete(tile));
  layer.on("add", () => drawnLayers.add(layer));
  layer.on("remove", () => drawnLayers.delete(layer));
  layer.renew = (changed) => {
    if (!changed.has(key)) return;
    for (const [tile, coords] of shown) renewTile(layer, shown, tile, coords);
  };
  return layer;
}

// Take in what the service says of tiles: of each surface its changes since some moment.
export function takeChanges(surfaces) {
  const changed = new Set();
  for (const { id, version, changes } of surfaces) {
    const key = `${id}@${version}`;
    const fresh = new Set(changes.map(({ rev }) => rev));
    const known = (changesOf.get(key) ?? []).filter(({ rev }) => !fresh.has(rev));
    changesOf.set(key, [...known, ...changes].slice(-KEPT_CHANGES));
    changed.add(key);
  }
  drawnLayers.forEach((layer) => layer.renew(changed));
}

// The revision of one tile: that of the last change that it shows, else the surface's own.
function revisionOf(key, own, plane, coords) {
  const changes = changesOf.get(key) ?? [];
  for (let n = changes.length - 1; n >= 0 && changes[n].rev !== own; n -= 1) {
    if (changes[n][plane].some((box) => isWithin(box, coords))) return changes[n].rev;
  }
  return own;
}

function isWithin([left, right, top, bottom], { x, y, z }) {
  const side = 2 ** (BOX_ZOOM - z);
  const within = (low, at, high) => Math.floor(low / side) <= at && at <= Math.floor(high / side);
  return within(left, x, right) && within(top, y, bottom);
}

async function renewTile(layer, shown, tile, coords) {
  const address = new URL(layer.getTileUrl(coords), location.href).href;
  if (tile.src === address || tile.dataset.next === address) return;
  tile.dataset.next = address;
  const next = new Image();
  next.src = address;
  await next.decode().catch(() => null); // What cannot be had stays as it is until the next change.
  if (tile.dataset.next !== address) return;
  delete tile.dataset.next;
  if (!next.complete || !next.naturalWidth || !shown.has(tile)) return;
  if (tile.complete) L.DomEvent.off(tile, "load"); // Leaflet would fade it in once more.
  tile.src = address;
}
