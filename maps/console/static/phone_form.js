// What is typed into a form as plain values, and back again. Files are kept elsewhere.
const NOT_KEPT = new Set(["csrf", "key"]);

export function readForm(form) {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NOT_KEPT.has(name));
}

// Set every field to what was kept; one that was empty then is empty again.
export function fillForm(form, answers) {
  const kept = new Map();
  for (const [name, value] of answers) kept.set(name, [...(kept.get(name) || []), value]);
  for (const field of form.elements) {
    if (!field.name || NOT_KEPT.has(field.name) || ["file", "submit", "button"].includes(field.type)) continue;
    const values = kept.get(field.name) || [];
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
    else if (values.length) field.value = values.shift();
    else if (field.type !== "hidden") field.value = "";
  }
}

// Put pictures into a file field as if they had just been taken.
export function putFiles(field, blobs) {
  const files = new DataTransfer();
  for (const [n, blob] of blobs.entries()) files.items.add(new File([blob], `photo-${n + 1}.jpg`, { type: blob.type }));
  field.files = files.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}
