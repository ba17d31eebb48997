// On an address without https a phone can neither keep anything for us nor take photos: said plainly,
// at the top of the pages of the field, before anything is typed.
import { el } from "./dom.js";
import { tell } from "./phone_page.js";

const FIELD = ["/today", "/visit", "/queue"];

export function warnInsecure() {
  if (!FIELD.some((path) => location.pathname.startsWith(path))) return;
  const notice = el("div", { class: "err", id: "insecure", role: "alert" }, el("h2", {}, tell("phone.insecure")), el("p", {}, tell("phone.insecure_hint")), el("p", { class: "mute" }, tell("phone.insecure_keeper")));
  document.querySelector("main").prepend(notice);
}
