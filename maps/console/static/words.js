// Give the sentence of a key with its slots filled; a missing key or slot is an error.
export function sentence(words, key, slots) {
  let entry = words[key];
  if (entry === undefined) throw new Error(`No word ${key}`);
  if (typeof entry !== "string") entry = slots.n === 1 ? entry.one : entry.other;
  return entry.replace(/\{(\w+)\}/g, (whole, name) => {
    if (slots[name] === undefined) throw new Error(`No slot ${name} in ${key}`);
    return name === "n" && Number.isInteger(slots.n) ? grouped(slots.n) : String(slots[name]);
  });
}

// Give a whole number with its thousands apart; the browser's own formatter takes long to wake.
export function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}
