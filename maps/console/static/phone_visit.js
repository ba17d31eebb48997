// The visit form on a phone that can keep: every answer is a draft at once, a finished record is on
// the phone before anything says so, and may be taken back for ten seconds.
import { el, replaceIn } from "./dom.js";
import { readValue } from "./phone_db.js";
import { fillForm, readForm } from "./phone_form.js";
import { clockText, phone, tell } from "./phone_page.js";
import { keepDraft, keepFinished, ownRecords, takeBack } from "./phone_records.js";
import { sendAll } from "./phone_send.js";
import { shrinkPhoto } from "./phone_shrink.js";
import { noteRoom } from "./phone_room.js";

const TYPING_MS = 200;
const UNDO_MS = 10_000;
let draft = null;
let typing = 0;

export async function startVisit(form) {
  draft = await findDraft(form);
  if (draft.answers) await restore(form);
  form.addEventListener("input", () => noteTyping(form));
  form.addEventListener("change", () => saveDraft(form));
  form.addEventListener("visit:photo", ({ detail }) => savePhotos(form, detail.photos));
  form.addEventListener("visit:save", (event) => {
    event.preventDefault();
    finish(form, event.detail);
  });
  window.addEventListener("pagehide", () => typing && saveDraft(form));
  noteRoom(form);
  form.dataset.kept = "ready";
}

async function findDraft(form) {
  const rows = await ownRecords();
  const here = rows.filter((one) => one.state === "draft" && one.premises_id === form.dataset.premises);
  const now = Date.now();
  const fresh = { id: crypto.randomUUID(), premises_id: form.dataset.premises, title: form.dataset.title, form_path: location.pathname + location.search, saved_at: now, changed_at: now, photos: [] };
  return here.at(-1) || fresh;
}

async function restore(form) {
  fillForm(form, draft.answers);
  const photos = draft.photos.map((one) => ({ finding_key: one.finding_key, blob: one.blob }));
  form.dispatchEvent(new CustomEvent("visit:restore", { detail: { answers: draft.answers, photos } }));
  form.before(el("p", { class: "done", role: "status" }, tell("phone.restored", { time: clockText(draft.changed_at) })));
}

function noteTyping(form) {
  clearTimeout(typing);
  typing = setTimeout(saveDraft, TYPING_MS, form);
}

// A record that is finished is no draft any more, whatever is still typed into the form.
async function saveDraft(form) {
  clearTimeout(typing);
  typing = 0;
  if (draft === null) return;
  draft = { ...draft, answers: readForm(form), changed_at: Date.now() };
  const { photos, ...row } = draft;
  await keepDraft(row);
}

async function savePhotos(form, photos) {
  if (draft === null) return;
  const { photos: before, ...row } = { ...draft, answers: readForm(form), changed_at: Date.now() };
  await keepDraft(row, await photoRows(row.id, photos)).catch((error) => noteFull(form, error));
}

async function finish(form, { record, photos }) {
  const { photos: before, ...row } = { ...draft, answers: readForm(form), changed_at: Date.now(), saved_at: Date.now() };
  const clock = await readValue("clock");
  const whole = { ...row, record: { ...record, clock_offset_s: clock?.offset_s ?? 0 }, not_before: Date.now() + UNDO_MS };
  const rows = await photoRows(row.id, photos || []);
  try {
    await keepFinished(whole, rows);
  } catch (error) {
    await keepFinished(whole, []);
    noteFull(form, error);
  }
  draft = null;
  showKept(form, whole);
  setTimeout(sendAll, UNDO_MS + 50);
}

// A photo of which nothing but the picture is left, and small; one that cannot be drawn stays out.
async function photoRows(recordId, photos) {
  const drawn = await Promise.all(photos.map(async (one) => ({ ...one, blob: await shrinkPhoto(one.blob) })));
  return drawn.map(({ finding_key, blob }) => ({ id: crypto.randomUUID(), record_id: recordId, person: phone.person, finding_key, blob, size: blob.size, tries: 0, problem: null, href: "" }));
}

function noteFull(form, error) {
  if (error?.name !== "QuotaExceededError") throw error;
  form.before(el("div", { class: "err", role: "alert" }, el("h2", {}, tell("phone.full")), el("p", {}, tell("phone.full_hint"))));
}

function showKept(form, row) {
  const undo = el("button", { class: "btn quiet", type: "button", id: "undo" }, tell("phone.undo"));
  const said = el("section", { class: "panel kept", role: "status", tabindex: "-1" }, el("h2", {}, tell("phone.kept")), el("p", {}, tell("phone.kept_hint")));
  const ways = el("p", { class: "row" }, el("a", { class: "btn", href: phone.today_path }, tell("phone.next_stop")), undo, el("a", { href: phone.queue }, tell("phone.to_queue")));
  undo.addEventListener("click", async () => {
    if (await takeBack(row.id)) location.reload();
    else undo.remove();
  });
  setTimeout(() => undo.remove(), UNDO_MS);
  said.append(ways);
  form.hidden = true;
  form.before(said);
  said.focus();
}
