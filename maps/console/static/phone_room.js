// A phone that is nearly full says so before a photo is taken; if it is full, the words are kept.
import { el } from "./dom.js";
import { keepValue } from "./phone_db.js";
import { tell } from "./phone_page.js";

const NEEDED_BYTES = 1_000_000;

// What browsers say of their quota is rounded or made up, so a photo's room is tried, not asked for.
async function hasRoom() {
  try {
    await keepValue("probe", new Blob([new Uint8Array(NEEDED_BYTES)]));
    await keepValue("probe", null);
    return true;
  } catch (error) {
    if (error?.name !== "QuotaExceededError") throw error;
    return false;
  }
}

export function noteRoom(form) {
  form.addEventListener("click", async ({ target }) => {
    const input = target.closest("label")?.querySelector("input[type=file]") || target.closest("input[type=file]");
    if (!input || document.getElementById("no-room") || (await hasRoom())) return;
    form.before(el("div", { class: "err", id: "no-room", role: "alert" }, el("h2", {}, tell("phone.nearly_full")), el("p", {}, tell("phone.full_hint"))));
  });
}

export function noteFull(form, error) {
  if (error?.name !== "QuotaExceededError") throw error;
  form.before(el("div", { class: "err", role: "alert" }, el("h2", {}, tell("phone.full")), el("p", {}, tell("phone.full_hint"))));
}
