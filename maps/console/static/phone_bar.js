// The bar below the head: no signal, what is on its way, what needs a person. Politely, never modal.
import { el, replaceIn } from "./dom.js";
import { dayText, phone, tell } from "./phone_page.js";
import { isOpen, onRecords, ownRecords } from "./phone_records.js";
import { network } from "./phone_send.js";

let bar = null;

export function startBar() {
  bar = el("div", { class: "net", id: "net", role: "status", "aria-live": "polite", hidden: true });
  document.querySelector("main").before(bar);
  onRecords(drawBar);
  for (const name of ["online", "offline"]) {
    window.addEventListener(name, () => {
      network.lost = name === "offline";
      drawBar();
    });
  }
  return drawBar();
}

// Say in the bar what holds now; a sentence that stands already is not said again.
export async function drawBar() {
  const rows = await ownRecords();
  const open = rows.filter(isOpen);
  const count = document.getElementById("queue-count");
  if (count) {
    const drafts = rows.filter((one) => one.state === "draft").length;
    count.textContent = open.length + drafts || "";
    count.hidden = !(open.length + drafts);
  }
  const lines = barLines(open);
  const text = lines.map(([, said]) => said).join(" · ");
  if (bar.dataset.text !== text) {
    bar.dataset.text = text;
    replaceIn(bar, el("span", {}, ...lines.map(([tag, said], n) => el(tag, {}, n ? ` · ${said}` : said))), linkOf(open));
  }
  bar.hidden = !lines.length;
  bar.classList.toggle("on", !network.lost);
}

function linkOf(open) {
  if (network.signedOut && !network.lost) return el("a", { href: `/login?next=${encodeURIComponent(location.pathname + location.search)}` }, tell("phone.sign_in"));
  return open.length && location.pathname !== "/queue" ? el("a", { href: phone.queue }, tell("phone.look")) : null;
}

function barLines(open) {
  const lines = [];
  if (network.lost) lines.push(["b", tell("phone.offline")]);
  else if (network.sending) lines.push(["b", tell("phone.online")], ["span", tell("phone.sending_of", network.sending)]);
  else if (network.signedOut && open.length) lines.push(["b", tell("phone.signed_out")]);
  const asks = open.filter((one) => one.problem || one.conflicts.length).length;
  const moving = open.length - asks;
  if (asks && !network.lost) lines.push(["b", tell("phone.asks_count", { n: asks })]);
  if (network.lost && open.length) lines.push(["span", tell("phone.stored", { n: open.length })]);
  else if (moving && !network.sending) lines.push(["span", tell("phone.waiting_count", { n: moving })]);
  if (network.lost && dayText(Date.now()) > phone.today) lines.push(["span", tell("phone.old_day")]);
  return lines;
}
