// What is typed into a form as plain values, and back again. Files are kept elsewhere.
const NOT_KEPT = new Set(["csrf", "key"]);
const HIDDEN_BACK = /^(finding-\d+|lon|lat|accuracy)$/;
const OF_CASE = /^(case|state|fixed|words)-\d+$/;

export function readForm(form) {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NOT_KEPT.has(name));
}

// Set every field to what was kept; one that was empty then is empty again. What the page itself says
// in hidden fields holds, but for what was made on the phone.
export function fillForm(form, answers) {
  const kept = new Map();
  for (const [name, value] of byCase(form, answers)) kept.set(name, [...(kept.get(name) || []), value]);
  for (const field of form.elements) {
    if (!field.name || NOT_KEPT.has(field.name) || ["file", "submit", "button"].includes(field.type)) continue;
    const values = kept.get(field.name) || [];
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
    else if (field.type !== "hidden") field.value = values.shift() ?? "";
    else if (values.length && (HIDDEN_BACK.test(field.name) || !field.value)) field.value = values[0];
  }
}

// The page's open hazards may have changed: an answer goes to its own case, wherever that stands now.
function byCase(form, answers) {
  const said = new Map(answers);
  const numbers = new Map(answers.filter(([name]) => name.startsWith("case-")).map(([name, id]) => [id, name.slice(5)]));
  const moved = answers.filter(([name]) => !OF_CASE.test(name));
  for (const field of form.querySelectorAll("[name^='case-']")) {
    const [now, then] = [field.name.slice(5), numbers.get(field.value)];
    for (const name of then === undefined ? [] : ["fixed", "words"]) {
      if (said.has(`${name}-${then}`)) moved.push([`${name}-${now}`, said.get(`${name}-${then}`)]);
    }
  }
  return moved;
}

// Put pictures into a file field as if they had just been taken.
export function putFiles(field, blobs) {
  const files = new DataTransfer();
  for (const [n, blob] of blobs.entries()) files.items.add(new File([blob], `photo-${n + 1}.jpg`, { type: blob.type }));
  field.files = files.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}
