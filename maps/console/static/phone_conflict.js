// The station changed a case while the officer was without signal: both sides stand there with time
// and author, and the officer says which holds. Either way a record follows; nothing is overwritten.
import { el } from "./dom.js";
import { clockText, dayText, phone, tell } from "./phone_page.js";
import { changeRecord, keepFinished } from "./phone_records.js";
import { sendAll } from "./phone_send.js";

export function conflictItem(row, conflict) {
  const mine = conflict.mine || {};
  const own = [tell(mine.fixed ? "phone.fixed" : "phone.not_fixed"), mine.words].filter(Boolean).join(" · ");
  const theirs = [conflict.state_words || conflict.state, conflict.said].filter(Boolean).join(" · ");
  return el(
    "div",
    { class: "qi", "data-record": row.id, "data-conflict": conflict.report_id },
    el("div", { class: "row" }, el("strong", {}, row.title)),
    el("p", {}, tell("phone.conflict_hint")),
    el(
      "div",
      { class: "conf" },
      el("div", {}, el("b", {}, tell("phone.mine_at", { moment: momentOf(row.record.end || row.saved_at) })), own),
      el("div", {}, el("b", {}, tell("phone.theirs_at", { by: conflict.by || "–", moment: momentOf(conflict.at) })), theirs),
    ),
    el(
      "div",
      { class: "btns" },
      choice(tell("phone.take_mine", { what: tell(mine.fixed ? "phone.fixed" : "phone.not_fixed") }), () => takeMine(row, conflict)),
      choice(tell("phone.take_theirs"), () => takeTheirs(row, conflict, own)),
    ),
  );
}

function momentOf(moment) {
  const day = dayText(moment);
  return day === dayText(Date.now()) ? clockText(moment) : `${day} ${clockText(moment)}`;
}

function choice(words, act) {
  return el("button", { type: "button", class: "btn ghost", onclick: act }, words);
}

// The case as it stands now is looked up when this is sent; until then `recheck_now` marks it.
function takeMine(row, conflict) {
  const recheck = { ...conflict.mine, report_id: conflict.report_id };
  return follow(row, conflict, { rechecks: [recheck], note: "" }, true);
}

function takeTheirs(row, conflict, own) {
  return follow(row, conflict, { rechecks: [], note: tell("phone.as_note", { report: conflict.report_id, own }) }, false);
}

async function follow(row, conflict, own, recheckNow) {
  const record = { ...row.record, findings: [], items_checked: 0, pin_wrong: false, pin: null, ...own };
  const next = { id: crypto.randomUUID(), title: row.title, premises_id: row.premises_id, form_path: row.form_path, saved_at: Date.now(), changed_at: Date.now(), record, recheck_now: recheckNow };
  await keepFinished({ ...next, person: phone.person }, []);
  await changeRecord(row.id, (one) => ({ conflicts: one.conflicts.filter((other) => other.report_id !== conflict.report_id) }));
  await sendAll();
}
