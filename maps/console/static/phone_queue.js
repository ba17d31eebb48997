// The page of the send queue: what needs a person first, then what is on its way, drafts, what is sent.
import { el, replaceIn } from "./dom.js";
import { conflictItem } from "./phone_conflict.js";
import { phoneSettings } from "./phone_settings.js";
import { clockText, dayText, megabytes, tell } from "./phone_page.js";
import { changePhoto, dropPhoto, dropRecord, onRecords, ownRecords, takeBack } from "./phone_records.js";
import { network, sendAll, withdraw } from "./phone_send.js";

let queueBox = null;

export async function startQueue(box) {
  queueBox = box;
  document.getElementById("retry").addEventListener("click", () => sendAll(true));
  onRecords(drawQueue);
  await drawQueue();
  await phoneSettings(document.getElementById("settings"));
}

async function drawQueue() {
  const rows = await ownRecords();
  const asks = rows.filter((one) => one.state === "sent" && one.conflicts.length);
  const refused = rows.filter((one) => one.state === "waiting" && one.problem);
  const moving = rows.filter((one) => one.state === "sending" || (one.state === "waiting" && !one.problem));
  const photos = rows.filter((one) => one.state === "sent" && one.photos.length);
  const drafts = rows.filter((one) => one.state === "draft");
  const today = dayText(Date.now());
  const sent = rows.filter((one) => one.state === "sent" && dayText(one.sent_at) === today);
  const bytes = [...moving, ...photos].reduce((sum, one) => sum + sizeOf(one), 0);
  const n = moving.length + photos.length;
  replaceIn(
    queueBox,
    section(tell("phone.asks"), asks.length + refused.length, [...asks.flatMap((one) => one.conflicts.map((conflict) => conflictItem(one, conflict))), ...refused.map(refusedItem)]),
    section(tell("phone.moving"), tell("phone.moving_size", { n, size: megabytes(bytes) }), [...moving.map(movingItem), ...photos.map(photoItem)]),
    section(tell("phone.drafts"), drafts.length, drafts.map(draftItem)),
    sent.length ? el("details", { class: "step-box", open: queueBox.querySelector("details[open]") !== null }, el("summary", {}, tell("phone.sent_today", { n: sent.length })), ...sent.map(sentItem)) : null,
    rows.length ? null : el("div", { class: "panel empty" }, el("h2", {}, tell("phone.nothing")), el("p", {}, tell("phone.nothing_hint"))),
  );
  document.getElementById("retry").hidden = !n && !refused.length;
}

function sizeOf(row) {
  const words = row.state === "sent" ? 0 : new Blob([JSON.stringify(row.record)]).size;
  return row.photos.reduce((sum, one) => sum + one.size, words);
}

function section(title, beside, items) {
  if (!items.length) return null;
  return el("section", {}, el("h2", { class: "sec" }, title, beside ? el("span", { class: "mute small" }, ` ${beside}`) : null), ...items);
}

function item(row, tag, lines, buttons = []) {
  const head = el("div", { class: "row" }, el("strong", {}, row.title), el("span", { class: "tag right" }, tag));
  return el("div", { class: "qi", "data-record": row.id, "data-state": row.state }, head, ...lines.map((one) => el("p", {}, one)), buttons.length ? el("div", { class: "btns" }, ...buttons) : null);
}

// Say what is in a record: outcome, hazards, rechecks, photos.
export function whatIsIn(row) {
  const said = row.record || {};
  const parts = [];
  if (said.outcome && said.outcome !== "done") parts.push(tell(`phone.outcome_${said.outcome}`));
  const findings = (said.findings || []).length;
  if (findings) parts.push(tell("phone.new_hazards", { n: findings }));
  else if (said.outcome === "done") parts.push(tell("phone.no_findings"));
  if (said.rechecks?.length) parts.push(tell("phone.rechecks", { n: said.rechecks.length }));
  if (row.photos?.length) parts.push(tell("phone.photos", { n: row.photos.length, size: kilobytes(row.photos) }));
  return parts.join(" · ");
}

function kilobytes(photos) {
  return Math.ceil(photos.reduce((sum, one) => sum + one.size, 0) / 1000).toLocaleString("en-US");
}

function movingItem(row) {
  const tag = row.state === "sending" ? tell("phone.sending") : tell(network.signedOut ? "phone.needs_sign_in" : "phone.waiting");
  return item(row, tag, [`${whatIsIn(row)} · ${tell("phone.saved_at", { time: clockText(row.saved_at) })}`]);
}

function photoItem(row) {
  const stuck = row.photos.find((one) => one.problem);
  const lines = [tell("phone.photos", { n: row.photos.length, size: kilobytes(row.photos) })];
  if (!stuck) return item(row, tell("phone.waiting"), lines);
  return item(row, tell("phone.photo_refused"), [...lines, stuck.problem.detail, tell("phone.text_is_sent")], [
    button("phone.retry", () => changePhoto(stuck.id, { problem: null, not_before: 0 }).then(() => sendAll(true))),
    button("phone.drop_photo", () => dropPhoto(stuck.id)),
  ]);
}

function refusedItem(row) {
  const errors = row.problem.errors.map((one) => [one.field || one.loc?.join("."), one.message || one.msg].filter(Boolean).join(": "));
  const lines = [tell("phone.refused", { status: row.problem.status }), row.problem.detail, ...errors].filter(Boolean);
  return item(row, tell("phone.needs_you"), lines, [
    button("phone.edit", async () => {
      if (await takeBack(row.id)) location.assign(row.form_path);
    }),
    button("phone.retry", () => sendAll(true)),
  ]);
}

function draftItem(row) {
  const open = el("a", { class: "btn quiet", href: row.form_path }, tell("phone.go_on"));
  const lines = [`${tell("phone.auto_saved", { time: clockText(row.changed_at) })} · ${tell("phone.draft_stays")}`];
  return item(row, tell("phone.unfinished"), lines, [open, inTwo("phone.drop", "phone.drop_sure", () => dropRecord(row.id))]);
}

// What cannot be undone takes two touches.
function inTwo(first, second, act, kind = "btn quiet") {
  const asked = button(first, () => {
    const sure = button(second, act);
    asked.replaceWith(sure);
    sure.focus();
  });
  asked.className = kind;
  return asked;
}

function sentItem(row) {
  const lines = [whatIsIn({ ...row, photos: [] }), tell("phone.receipt", { receipt: row.receipt, time: clockText(row.sent_at) })];
  if (row.joined) lines.push(tell("phone.joined"));
  if (row.withdrawn) lines.push(tell("phone.withdrawn"));
  const takes = row.visit?.undo && !row.withdrawn ? [inTwo("phone.withdraw", "phone.withdraw_sure", () => withdraw(row), "plain")] : [];
  return item(row, tell("phone.sent"), lines.filter(Boolean), takes);
}

function button(key, act) {
  return el("button", { type: "button", class: "btn quiet", onclick: act }, tell(key));
}
