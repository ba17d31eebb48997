// On the day's list: what this phone has recorded already, though the station may not know it yet.
import { el } from "./dom.js";
import { dayText, tell } from "./phone_page.js";
import { onRecords, ownRecords } from "./phone_records.js";

const FORMS = '.today a[href^="/visit/"]';

export async function startToday() {
  if (!document.querySelector(FORMS)) return;
  onRecords(markStops);
  await markStops();
}

async function markStops() {
  const today = dayText(Date.now());
  const rows = (await ownRecords()).filter((one) => dayText(one.saved_at) === today && !one.withdrawn);
  const latest = new Map(rows.map((one) => [one.premises_id, one]));
  for (const one of document.querySelectorAll(".today .kept-tag")) one.remove();
  const links = [...document.querySelectorAll(FORMS)].filter((one) => !one.classList.contains("kept-next"));
  const left = links.filter((one) => !isDone(latest.get(premisesOf(one))));
  for (const link of links) {
    const row = latest.get(premisesOf(link));
    const card = link.closest(".next");
    const at = card ? card.querySelector("h2") : link.closest("li")?.querySelector(".what b");
    if (row) at?.after(el("span", { class: "tag kept-tag" }, tell(`phone.stop_${row.state}`)));
    if (card) leadOn(link, isDone(row) ? left[0] : null);
  }
}

function isDone(row) {
  return row !== undefined && row.state !== "draft";
}

function premisesOf(link) {
  return decodeURIComponent(new URL(link.href).pathname.slice("/visit/".length));
}

// The card of a stop that is done leads to the next one.
function leadOn(link, next) {
  link.parentElement.querySelector(".kept-next")?.remove();
  link.hidden = Boolean(next);
  if (!next) return;
  const name = next.closest("li").querySelector(".what b").textContent;
  link.after(el("a", { class: "btn kept-next", href: next.getAttribute("href") }, tell("phone.next_named", { name })));
}
