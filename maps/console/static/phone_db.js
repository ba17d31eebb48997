// What the phone keeps, in IndexedDB: records, their photos, and a few values by name.
const KEYS = { records: "id", photos: "id", values: "name" };
let opened = null;

function openPhone() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("geo-risk", 1);
    asked.onupgradeneeded = () => {
      for (const [name, keyPath] of Object.entries(KEYS)) asked.result.createObjectStore(name, { keyPath });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => {
      opened = null;
      reject(asked.error);
    };
  });
  return opened;
}

// Do all of `work(stores)` in one transaction or nothing of it; ended when it is on the disk.
export async function together(work) {
  const names = Object.keys(KEYS);
  const transaction = (await openPhone()).transaction(names, "readwrite", { durability: "strict" });
  const ended = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  const stores = Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)]));
  try {
    const given = await work(stores);
    await ended;
    return given;
  } catch (error) {
    ended.catch(() => {});
    if (transaction.error === null) transaction.abort();
    throw transaction.error || error;
  }
}

// Give the answer of one request; nothing but requests may be awaited inside a transaction.
export function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export async function readAll(name) {
  const store = (await openPhone()).transaction(name).objectStore(name);
  return answered(store.getAll());
}

export async function readOne(name, key) {
  const store = (await openPhone()).transaction(name).objectStore(name);
  return answered(store.get(key));
}

// Change one row by what it is now; a row that is gone stays gone. Gives the new row.
export function change(name, key, by) {
  return together(async (stores) => {
    const row = await answered(stores[name].get(key));
    if (row === undefined) return null;
    const next = { ...row, ...(typeof by === "function" ? by(row) : by) };
    stores[name].put(next);
    return next;
  });
}

export async function readValue(name) {
  return (await readOne("values", name))?.value;
}

export function keepValue(name, value) {
  return together((stores) => {
    if (value === null) stores.values.delete(name);
    else stores.values.put({ name, value });
  });
}
