// What the server wrote into every page of the station's staff for the phone: whose page it is, words.
import { sentence } from "./words.js";

export const phone = JSON.parse(document.getElementById("phone-data").textContent);

export function tell(key, slots = {}) {
  return sentence(phone.words, key, slots);
}

// Give the time of day of a moment, in the park's time zone.
export function clockText(moment) {
  const form = { timeZone: phone.zone, hour: "2-digit", minute: "2-digit", hour12: false };
  return new Intl.DateTimeFormat("en-GB", form).format(new Date(moment));
}

// Give the local day of a moment, as 2026-05-13.
export function dayText(moment) {
  const form = { timeZone: phone.zone, year: "numeric", month: "2-digit", day: "2-digit" };
  return new Intl.DateTimeFormat("en-CA", form).format(new Date(moment));
}

// Give a size in MB, as 0.6.
export function megabytes(bytes) {
  return (Math.ceil(bytes / 1e5) / 10).toFixed(1);
}
