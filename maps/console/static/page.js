// What the server wrote into the page: language, time zone, words, colours. Text never becomes markup.
export const page = JSON.parse(document.getElementById("page-data").textContent);

// Give the sentence of a key with its slots filled; a missing key or slot is an error.
export function t(key, slots = {}) {
  let entry = page.words[key];
  if (entry === undefined) throw new Error(`No word ${key}`);
  if (typeof entry !== "string") entry = slots.n === 1 ? entry.one : entry.other;
  return entry.replace(/\{(\w+)\}/g, (whole, name) => {
    if (slots[name] === undefined) throw new Error(`No slot ${name} in ${key}`);
    return name === "n" && Number.isInteger(slots.n) ? slots.n.toLocaleString("en-US") : String(slots[name]);
  });
}

// Give the words of a code that comes with the data; the code itself where there are none.
export function phrase(prefix, code) {
  const key = `${prefix}.${code}`;
  return key in page.words ? t(key) : String(code).replaceAll("_", " ");
}

// Choose between a Chinese and an English text of the data.
export function either(zh, en) {
  return (page.lang === "en" ? en || zh : zh || en) || "";
}
