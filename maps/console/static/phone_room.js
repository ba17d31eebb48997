// A phone that is nearly full says so before a photo is taken; if it is full, the words are kept.
import { el } from "./dom.js";
import { tell } from "./phone_page.js";

const NEEDED_BYTES = 5_000_000;

export function noteRoom(form) {
  form.addEventListener("click", async ({ target }) => {
    const input = target.closest("label, input")?.querySelector?.("input[type=file]") || target.closest("input[type=file]");
    if (!input || form.querySelector(".no-room")) return;
    const room = await navigator.storage?.estimate?.();
    if (room && room.quota - room.usage < NEEDED_BYTES) {
      form.prepend(el("div", { class: "err no-room", role: "alert" }, el("h2", {}, tell("phone.nearly_full")), el("p", {}, tell("phone.full_hint"))));
    }
  });
}

export function noteFull(form, error) {
  if (error?.name !== "QuotaExceededError") throw error;
  form.before(el("div", { class: "err", role: "alert" }, el("h2", {}, tell("phone.full")), el("p", {}, tell("phone.full_hint"))));
}
