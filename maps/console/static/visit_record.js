// What the form of a visit says, as the record that the service takes; and what is missing in it.

export const BLOCKS = 3;

export function fieldOf(form, name) {
  return form.elements[name]?.value ?? "";
}

// Numbers of the open hazards on the form.
export function rechecksOf(form) {
  return [...form.querySelectorAll("[name^='case-']")].map((one) => Number(one.name.slice(5)));
}

export function outcomeOf(form) {
  return fieldOf(form, "outcome") || "done";
}

// Numbers of the new hazards that are in use: the first with "found", others once something is in them.
export function blocksOf(form, opened = new Set()) {
  if (fieldOf(form, "found") !== "some") return [];
  const used = (b) => ["category", "severity", "text"].some((name) => fieldOf(form, `${name}-${b}`));
  return [...Array(BLOCKS).keys()].filter((b) => b === 0 || opened.has(b) || used(b));
}

// Give the record, without what only the sender knows: key and clock offset.
export function recordOf(form, startedAgo, opened) {
  const looked = outcomeOf(form) === "done";
  const now = Date.now();
  const week = fieldOf(form, "week");
  const pinned = form.elements.pin_wrong.checked && fieldOf(form, "lon");
  return {
    premises_id: form.dataset.premises,
    plan: week ? { week, visit: fieldOf(form, "planned") } : null,
    start: new Date(now - startedAgo).toISOString(),
    end: new Date(now).toISOString(),
    clock_offset_s: null,
    outcome: outcomeOf(form),
    rechecks: rechecksOf(form)
      .filter((i) => looked && ["yes", "no"].includes(fieldOf(form, `fixed-${i}`)))
      .map((i) => ({
        report_id: fieldOf(form, `case-${i}`),
        fixed: fieldOf(form, `fixed-${i}`) === "yes",
        words: fieldOf(form, `words-${i}`).trim(),
        state_seen: fieldOf(form, `state-${i}`),
        etag: "",
      })),
    findings: blocksOf(form, opened).map((b) => ({
      key: fieldOf(form, `finding-${b}`),
      kind: "hazard",
      category: fieldOf(form, `category-${b}`),
      severity: fieldOf(form, `severity-${b}`) || null,
      words: wordsOf(form, b),
      due: fieldOf(form, `due-${b}`) || null,
    })),
    items_checked: null,
    items_standard: null,
    note: fieldOf(form, "note").trim(),
    pin_wrong: form.elements.pin_wrong.checked,
    pin: pinned ? { lon: Number(fieldOf(form, "lon")), lat: Number(fieldOf(form, "lat")), accuracy_m: Number(fieldOf(form, "accuracy")) } : null,
  };
}

function wordsOf(form, b) {
  const why = fieldOf(form, `nophoto-${b}`).trim();
  return [fieldOf(form, `text-${b}`).trim(), why && form.dataset.nophoto.replace("{why}", why)].filter(Boolean).join("\n");
}

// Say what a step lacks: the id of the field and the code of the words; null for nothing.
export function lackOf(form, { name, block }) {
  if (name === "recheck" && !fieldOf(form, `fixed-${block}`)) return [`fixed-${block}`, "fixed"];
  if (name === "found" && !fieldOf(form, "found")) return ["found", "found"];
  if (name === "category" && !fieldOf(form, `category-${block}`)) return [`category-${block}`, "category"];
  if (name === "severity" && !fieldOf(form, `severity-${block}`)) return [`severity-${block}`, "severity"];
  if (name !== "details") return null;
  if (!form.elements[`photo-${block}`].files.length && !fieldOf(form, `nophoto-${block}`).trim()) return [`photo-${block}`, "photo"];
  const due = form.elements[`due-${block}`];
  if (due.value && ((due.min && due.value < due.min) || (due.max && due.value > due.max))) return [`due-${block}`, "due"];
  return null;
}

// A page that was kept for days without a signal has old keys: each visit gets its own.
export function renewKeys(form) {
  form.elements.key.value = uuid();
  for (let b = 0; b < BLOCKS; b += 1) form.elements[`finding-${b}`].value = uuid();
}

// As crypto.randomUUID, which browsers keep from pages without HTTPS (RFC 9562, version 4).
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
