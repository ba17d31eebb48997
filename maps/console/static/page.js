// What the server wrote into the page: language, time zone, words, colours. Text never becomes markup.
import { sentence } from "./words.js";

export const page = JSON.parse(document.getElementById("page-data").textContent);

export function t(key, slots = {}) {
  return sentence(page.words, key, slots);
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
