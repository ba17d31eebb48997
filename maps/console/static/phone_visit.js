// The visit form on a phone that can keep: every answer is a draft at once, a finished record is on
// the phone before anything says so, and may be taken back for ten seconds.
import { el } from "./dom.js";
import { readValue } from "./phone_db.js";
import { fillForm, putFiles, readForm } from "./phone_form.js";
import { clockText, phone, tell } from "./phone_page.js";
import { keepDraft, keepFinished, ownRecords, takeBack } from "./phone_records.js";
import { noteFull, noteRoom } from "./phone_room.js";
import { sendAll } from "./phone_send.js";

const TYPING_MS = 200;
const UNDO_MS = 10_000;
const LONGEST_VISIT_MS = 4 * 3600 * 1000;
let draft = null;
let typing = 0;

export async function startVisit(form) {
  draft = await findDraft(form);
  if (document.readyState !== "complete") await new Promise((resolve) => window.addEventListener("load", resolve));
  if (draft.answers) restoreDraft(form);
  else freshKeys(form);
  form.addEventListener("input", () => noteTyping(form));
  form.addEventListener("change", () => saveDraft(form));
  form.addEventListener("visit:photo", ({ detail }) => savePhotos(form, detail.photos));
  form.addEventListener("visit:save", (event) => {
    event.preventDefault();
    finish(form, event.detail).catch((error) => sayNotKept(form, error));
  });
  document.addEventListener("visibilitychange", () => typing && saveDraft(form));
  noteRoom(form);
  form.dataset.draft = "ready";
}

async function findDraft(form) {
  const { premises } = form.dataset;
  const rows = await ownRecords();
  const here = rows.filter((one) => one.state === "draft" && one.premises_id === premises);
  const title = document.querySelector("h1").textContent.trim();
  const now = Date.now();
  return here.at(-1) || { id: crypto.randomUUID(), premises_id: premises, title, form_path: location.pathname + location.search, saved_at: now, changed_at: now, photos: [] };
}

// A kept page is opened more than once: what it finds must not have the keys of the visit before.
function freshKeys(form) {
  for (const one of form.querySelectorAll("[name^='finding-']")) one.value = crypto.randomUUID();
}

function restoreDraft(form) {
  fillForm(form, draft.answers);
  for (const one of form.querySelectorAll("[name^='finding-']")) {
    const files = draft.photos.filter((photo) => photo.finding_key === one.value).map((photo) => photo.blob);
    if (files.length) putFiles(form.elements[one.name.replace("finding", "photo")], files);
  }
  form.dispatchEvent(new CustomEvent("visit:restored"));
  form.before(el("p", { class: "done", role: "status" }, tell("phone.restored", { time: clockText(draft.changed_at) })));
}

function noteTyping(form) {
  clearTimeout(typing);
  typing = setTimeout(saveDraft, TYPING_MS, form);
}

// A record that is finished is no draft any more, whatever is still typed into the form.
async function saveDraft(form, rows = null) {
  clearTimeout(typing);
  typing = 0;
  if (draft === null) return;
  draft = { ...draft, answers: readForm(form), changed_at: Date.now() };
  await keepDraft(draft, rows);
}

function savePhotos(form, photos) {
  return saveDraft(form, photoRows(draft.id, photos)).catch((error) => noteFull(form, error));
}

async function finish(form, { record, photos }) {
  const now = Date.now();
  const clock = await readValue("clock");
  const begun = now - draft.saved_at < LONGEST_VISIT_MS ? new Date(draft.saved_at).toISOString() : record.start;
  const whole = { ...record, start: begun < record.start ? begun : record.start, clock_offset_s: clock?.offset_s ?? null };
  const row = { ...draft, answers: readForm(form), changed_at: now, saved_at: now, record: whole, not_before: now + UNDO_MS };
  try {
    await keepFinished(row, photoRows(row.id, photos));
  } catch (error) {
    noteFull(form, error);
    await keepFinished(row, []);
  }
  draft = null;
  showKept(form, row);
  setTimeout(sendAll, UNDO_MS + 50);
}

function photoRows(recordId, photos) {
  return photos.map(({ finding_key, blob }) => ({ id: crypto.randomUUID(), record_id: recordId, person: phone.person, finding_key, blob, size: blob.size, tries: 0, problem: null, href: "" }));
}

// Not even the words were taken: the form stays as it is, and says that it holds them alone.
function sayNotKept(form, error) {
  form.querySelector("[type=submit]").disabled = false;
  form.before(el("div", { class: "err", role: "alert" }, el("h2", {}, tell("phone.not_kept")), el("p", {}, tell("phone.not_kept_hint")), el("p", { class: "mute" }, String(error))));
}

function showKept(form, row) {
  const undo = el("button", { class: "btn quiet", type: "button", id: "undo" }, tell("phone.undo"));
  const ways = el("p", { class: "row" }, el("a", { class: "btn", href: phone.today_path }, tell("phone.next_stop")), undo, el("a", { href: phone.queue }, tell("phone.to_queue")));
  const said = el("section", { class: "panel kept", role: "status", tabindex: "-1" }, el("h2", {}, tell("phone.kept")), el("p", {}, tell("phone.kept_hint")), ways);
  undo.addEventListener("click", async () => {
    if (await takeBack(row.id)) location.reload();
    else undo.remove();
  });
  setTimeout(() => undo.remove(), UNDO_MS);
  for (const one of [form, ...document.querySelectorAll("#answers, #progress")]) one.hidden = true;
  form.before(said);
  said.focus();
}
