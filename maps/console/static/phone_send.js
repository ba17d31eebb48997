// Sends what waits: on reconnect, when a page opens, by hand. Every record has a key made on the
// phone, so that it may be sent twice and is taken once; one tab at a time sends, by a lock.
import { keepValue } from "./phone_db.js";
import { phone } from "./phone_page.js";
import { announce, changePhoto, changeRecord, dropPhoto, ownRecords } from "./phone_records.js";

const FIRST_WAIT_MS = 5000;
const LONGEST_WAIT_MS = 600_000;
const PATIENCE_MS = 60_000;
const AGAIN = new Set([408, 425, 429, 500, 502, 503, 504]);
export const network = { lost: !navigator.onLine, signedOut: false, sending: null };
let timer = 0;
let failed = 0;

// Send all that is due; `byHand`: also what waits for its turn and what was refused.
export async function sendAll(byHand = false) {
  await navigator.locks.request("geo-risk:send", { ifAvailable: true }, async (lock) => {
    if (lock) await sendRound(byHand);
  });
  announce();
  await planNext();
}

async function sendRound(byHand) {
  await mendInterrupted();
  const now = Date.now();
  const due = (one) => byHand || (!one.problem && (one.not_before || 0) <= now);
  const rows = await ownRecords();
  const texts = rows.filter((one) => one.state === "waiting" && due(one));
  const later = rows.some((one) => one.state === "sent" && one.photos.some(due));
  if (!texts.length && !later) return;
  const mark = await readMark();
  failed = mark === null ? failed + 1 : 0;
  if (mark === null) return;
  let number = 0;
  for (const one of texts) {
    network.sending = { n: (number += 1), all: texts.length };
    if (!(await sendText(one, mark))) break;
  }
  network.sending = null;
  if (!network.lost && !network.signedOut) await sendPhotos(mark, due);
}

// Take a visit back that the station has: a correcting event, for it may have been read already.
export async function withdraw(row) {
  const mark = await readMark();
  const answer = mark === null ? null : await ask(row.visit.undo, { method: "POST", headers: { "X-CSRF-Token": mark } });
  if (answer?.ok) await changeRecord(row.id, { withdrawn: true });
  return Boolean(answer?.ok);
}

// Nobody else sends while the lock is ours: what says so was interrupted.
async function mendInterrupted() {
  for (const one of await ownRecords()) if (one.state === "sending") await changeRecord(one.id, { state: "waiting" });
}

// Ask who is signed in: a record leaves under its owner's name only. Gives the mark of the session.
async function readMark() {
  const began = Date.now();
  const answer = await ask("/queue", { cache: "no-store", redirect: "manual", headers: { Accept: "text/html" } });
  if (!answer || AGAIN.has(answer.status)) return null;
  const text = answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const told = text?.getElementById("phone-data");
  if (told) await measureClock(JSON.parse(told.textContent).now, began);
  const content = (name) => text?.querySelector(`meta[name="${name}"]`)?.content;
  network.signedOut = content("person") !== phone.person;
  return network.signedOut ? null : content("csrf-token");
}

// Fetch, or note that there is no signal and give null.
async function ask(path, options) {
  try {
    const answer = await fetch(path, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
    network.lost = false;
    return answer;
  } catch {
    network.lost = true;
    return null;
  }
}

// How far the phone's clock is off: what the server says against the middle of the question.
export async function measureClock(said, began) {
  const server = Date.parse(said || "");
  if (!Number.isFinite(server)) return;
  await keepValue("clock", { offset_s: Math.round((server - (began + Date.now()) / 2) / 1000), at: Date.now() });
}

async function sendText(one, mark) {
  await changeRecord(one.id, { state: "sending" });
  const headers = { "Content-Type": "application/json", "Idempotency-Key": one.id, "X-CSRF-Token": mark };
  const [path, body] = one.step ? [stepPath(one.step), one.step.body] : ["/v1/field/visits", one.record];
  if (one.step) headers["If-Match"] = "*";
  const answer = await ask(path, { method: "POST", headers, body: JSON.stringify(body) });
  const said = answer ? await answer.json().catch(() => null) : null;
  if (answer?.status === 201 && (said?.receipt || one.step)) {
    await changeRecord(one.id, (row) => sentRow(row, said));
    for (const photo of one.photos) await changePhoto(photo.id, { href: hrefOf(photo, said) });
    return true;
  }
  const refused = answer && !answer.ok && !AGAIN.has(answer.status);
  if (answer && (answer.status === 401 || answer.status === 403)) network.signedOut = true;
  const problem = refused && !network.signedOut ? problemOf(answer.status, said) : null;
  await changeRecord(one.id, (row) => ({ state: "waiting", problem, ...laterTry(row, answer) }));
  return problem !== null;
}

function stepPath(step) {
  return `/v1/reports/${encodeURIComponent(step.report_id)}/transitions`;
}

function sentRow(row, said) {
  const told = new Map((row.record.rechecks || []).map((own) => [own.report_id, own]));
  const conflicts = (said.rechecks || [])
    .filter((recheck) => recheck.conflict)
    .map((recheck) => ({ ...recheck.conflict, report_id: recheck.report_id, mine: told.get(recheck.report_id) }));
  return { state: "sent", sent_at: Date.now(), problem: null, receipt: said.receipt || said.step?.id || "", joined: Boolean(said.joined), visit: said.visit, conflicts };
}

function hrefOf(photo, said) {
  return (said.reports || []).find((report) => report.key === photo.finding_key)?.photos || "";
}

// A photo that fails leaves its record alone: it says why, and waits for a hand.
async function sendPhotos(mark, due) {
  for (const one of await ownRecords()) {
    if (one.state !== "sent") continue;
    for (const photo of one.photos.filter((some) => some.href && due(some))) {
      const body = new FormData();
      body.append("file", photo.blob, "photo.jpg");
      const answer = await ask(photo.href, { method: "POST", headers: { "X-CSRF-Token": mark }, body });
      if (answer?.status === 201) {
        await dropPhoto(photo.id);
        continue;
      }
      const refused = answer && !AGAIN.has(answer.status) && answer.status !== 401;
      const problem = refused ? problemOf(answer.status, await answer.json().catch(() => null)) : null;
      await changePhoto(photo.id, (row) => ({ problem, ...laterTry(row, answer) }));
      if (!answer) return;
    }
  }
}

function problemOf(status, said) {
  return { status, detail: said?.detail || "", hint: said?.hint || "", errors: said?.errors || [] };
}

function laterTry(row, answer) {
  const tries = (row.tries || 0) + 1;
  const told = Number(answer?.headers.get("Retry-After")) * 1000 || 0;
  return { tries, not_before: Date.now() + Math.max(told, waitAfter(tries)) };
}

function waitAfter(tries) {
  return Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS);
}

// Come back when the next one is due, later and later where nobody answers; not before a sign-in.
async function planNext() {
  clearTimeout(timer);
  const rows = await ownRecords();
  const waiting = rows.flatMap((one) => (one.state === "waiting" ? [one] : one.state === "sent" ? one.photos : []));
  const times = waiting.filter((one) => !one.problem).map((one) => one.not_before || 0);
  if (!times.length || network.signedOut) return;
  const soonest = failed ? waitAfter(failed) : 1000;
  timer = setTimeout(sendAll, Math.max(soonest, Math.min(...times) - Date.now()));
}
