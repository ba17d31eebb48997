// Records on this phone, each bound to the person who made it. A record goes one way only:
// draft -> waiting -> sending -> sent, and it is sent when the server's receipt is here.
import { answered, change, readAll, together } from "./phone_db.js";
import { phone } from "./phone_page.js";

const channel = new BroadcastChannel("geo-risk");
const listeners = [];
channel.onmessage = () => listeners.forEach((one) => one());

export function onRecords(listener) {
  listeners.push(listener);
}

function announce() {
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

// Keep a draft as it stands; another draft of the same form gives way to it.
export async function keepDraft(draft) {
  await together(async ({ records }) => {
    const now = await answered(records.get(draft.id));
    if (now === undefined || now.state === "draft") records.put({ ...draft, person: phone.person, state: "draft" });
  });
  announce();
}

// A finished record and its photos are on the phone together, or not at all; the draft is then over.
export async function keepFinished(row, photos) {
  await together((stores) => {
    stores.records.put({ ...row, person: phone.person, state: "waiting", tries: 0, problem: null, conflicts: [] });
    for (const one of photos) stores.photos.put(one);
    if (row.replaces) stores.records.delete(row.replaces);
  });
  announce();
}

// Take a record that was not sent yet back into its draft; photos stay with it.
export async function takeBack(id) {
  const row = await changeRecord(id, (one) => (one.state === "waiting" ? { state: "draft" } : {}));
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

// What of a record is still on its way: its text, its photos, or a decision.
export function isOpen(row) {
  return row.state === "waiting" || row.state === "sending" || row.photos.length > 0 || row.conflicts?.length > 0;
}
