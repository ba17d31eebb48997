// The station changed a case while the officer was without signal: both sides stand there with time
// and author, and the officer says which holds; nothing is overwritten.
import { el } from "./dom.js";
import { clockText, dayText, tell } from "./phone_page.js";
import { changeRecord, keepFinished } from "./phone_records.js";
import { sendAll } from "./phone_send.js";

const ENDED = new Set(["", "void", "merged"]);

export function conflictItem(row, conflict) {
  const mine = conflict.mine || {};
  const own = [tell(mine.fixed ? "phone.fixed" : "phone.not_fixed"), mine.words].filter(Boolean).join(" · ");
  const theirs = [conflict.state ? tell(`case_state.${conflict.state}`) : tell("phone.gone"), conflict.said].filter(Boolean).join(" · ");
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
      ENDED.has(conflict.state) ? null : choice(tell("phone.take_mine", { what: tell(mine.fixed ? "phone.fixed" : "phone.not_fixed") }), () => takeMine(row, conflict)),
      choice(tell("phone.take_theirs"), () => settle(row, conflict)),
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

// What the officer saw is with the case as a remark already. Mine: it is said again, as seen in the
// state that the case has now; a case that was closed meanwhile and is not mended is opened again.
async function takeMine(row, conflict) {
  const { report_id, state } = conflict;
  const { fixed, words } = conflict.mine;
  const closed = state === "closed";
  if (!closed || !fixed) {
    const recheck = { report_id, fixed, words, state_seen: state, etag: "" };
    const record = { ...row.record, findings: [], note: "", pin_wrong: false, pin: null, rechecks: [recheck] };
    const step = closed ? { report_id, body: { action: "reopen", text: words || tell("phone.seen_not_fixed") } } : null;
    await keepFinished({ id: crypto.randomUUID(), title: row.title, premises_id: row.premises_id, form_path: row.form_path, saved_at: Date.now(), changed_at: Date.now(), record, step }, []);
  }
  await settle(row, conflict);
  await sendAll();
}

function settle(row, conflict) {
  return changeRecord(row.id, (one) => ({ conflicts: one.conflicts.filter((other) => other.report_id !== conflict.report_id) }));
}
