// Records on this phone, each bound to the person who made it. A record goes one way only:
// draft -> waiting -> sending -> sent, and it is sent when the server's receipt is here.
import { answered, change, readAll, together } from "./phone_db.js";
import { phone } from "./phone_page.js";

const channel = new BroadcastChannel("geo-risk");
const listeners = [];
const SENT_LIFE_MS = 2 * 24 * 3600 * 1000;
channel.onmessage = () => listeners.forEach((one) => one());

export function onRecords(listener) {
  listeners.push(listener);
}

export function announce() {
  channel.postMessage("changed");
  listeners.forEach((one) => one());
}

// Give this person's records and photos, the oldest first.
export async function ownRecords() {
  const [rows, photos] = await Promise.all([readAll("records"), readAll("photos")]);
  const mine = rows.filter((one) => one.person === phone.person).sort((a, b) => a.saved_at - b.saved_at);
  for (const one of mine) one.photos = photos.filter((photo) => photo.record_id === one.id);
  return mine;
}

// Keep a draft as it stands, and its photos where they are given; what is finished is no draft.
export async function keepDraft(draft, rows = null) {
  await together(async ({ records, photos }) => {
    const now = await answered(records.get(draft.id));
    if (now !== undefined && now.state !== "draft") return;
    records.put({ ...bare(draft), person: phone.person, state: "draft" });
    if (rows) await replacePhotos(photos, draft.id, rows);
  });
  announce();
}

// A finished record and its photos are on the phone together, or not at all; the draft is then over.
export async function keepFinished(row, rows) {
  await together(async ({ records, photos }) => {
    records.put({ ...bare(row), person: phone.person, state: "waiting", tries: 0, problem: null, conflicts: [] });
    await replacePhotos(photos, row.id, rows);
  });
  announce();
}

// Photos are rows of their own.
function bare({ photos, ...row }) {
  return row;
}

async function replacePhotos(photos, recordId, rows) {
  for (const one of await answered(photos.getAll())) if (one.record_id === recordId) photos.delete(one.id);
  for (const one of rows) photos.put(one);
}

// Take a record back into its draft, photos too: one that was never tried, or was refused.
export async function takeBack(id) {
  const row = await changeRecord(id, (one) => (one.state === "waiting" && (one.problem || !one.tries) ? { state: "draft" } : {}));
  return row?.state === "draft";
}

export async function changeRecord(id, by) {
  const row = await change("records", id, by);
  announce();
  return row;
}

export async function changePhoto(id, by) {
  await change("photos", id, by);
  announce();
}

export async function dropPhoto(id) {
  await together(({ photos }) => photos.delete(id));
  announce();
}

export async function dropRecord(id) {
  await together(async ({ records, photos }) => {
    records.delete(id);
    for (const one of await answered(photos.getAll())) if (one.record_id === id) photos.delete(one.id);
  });
  announce();
}

// A line of what was sent goes after two days, if nobody signs out before.
export function dropOld() {
  return together(async ({ records, photos }) => {
    const waiting = new Set((await answered(photos.getAll())).map((one) => one.record_id));
    for (const one of await answered(records.getAll())) {
      const done = one.state === "sent" && !one.conflicts.length && !waiting.has(one.id);
      if (done && Date.now() - one.sent_at > SENT_LIFE_MS) records.delete(one.id);
    }
  });
}

// What of a record is still on its way: its text, its photos, or a decision.
export function isOpen(row) {
  return row.state !== "draft" && (row.state !== "sent" || row.photos.length > 0 || row.conflicts.length > 0);
}
