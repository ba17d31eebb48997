// At the start of a shift the pages of the day are put where they can be read without signal.
import { readValue } from "./phone_db.js";
import { dayText, phone } from "./phone_page.js";
import { measureClock } from "./phone_send.js";

const QUIET_MS = 1500;
const FRESH_MS = 15 * 60 * 1000;

export async function startWorker() {
  const { serviceWorker } = navigator;
  if (!window.isSecureContext || !serviceWorker) return;
  serviceWorker.addEventListener("message", ({ data }) => {
    if (data.kind === "kept") document.documentElement.dataset.kept = String(data.kept);
  });
  await serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "none" });
  setTimeout(() => keepDay().catch(() => {}), QUIET_MS);
}

// Ask the worker for today's list, the queue, and the form of each of today's premises.
async function keepDay() {
  const kept = await readValue("kept");
  const same = kept && kept.person === phone.person && kept.day === phone.today;
  if (!navigator.onLine || (same && Date.now() - kept.at < FRESH_MS)) return;
  const ready = await navigator.serviceWorker.ready;
  const paths = ["/today", "/queue", ...(phone.officer ? await dayPaths() : [])];
  ready.active.postMessage({ kind: "keep", person: phone.person, day: phone.today, lang: phone.lang, paths });
  await navigator.storage?.persist?.();
}

async function dayPaths() {
  const data = `/v1/field/day?day=${phone.today || dayText(Date.now())}`;
  const began = Date.now();
  const answer = await fetch(data, { headers: { Accept: "application/json" } });
  if (!answer.ok) return [];
  const told = await answer.json();
  await measureClock(told.server_time, began);
  const planned = (one) => `${one.href}?${new URLSearchParams({ week: told.week, visit: one.id })}`;
  return [data, ...told.stops.map(planned)];
}
