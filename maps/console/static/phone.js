// Entry on every page of the station's staff: the lock, the worker, the bar, and what waits to be sent.
import { startBar } from "./phone_bar.js";
import { warnInsecure } from "./phone_insecure.js";
import { startWorker } from "./phone_keep.js";
import { startLock } from "./phone_lock.js";
import { dayText, phone } from "./phone_page.js";
import { startQueue } from "./phone_queue.js";
import { dropOld } from "./phone_records.js";
import { sendAll } from "./phone_send.js";
import { startToday } from "./phone_today.js";
import { startVisit } from "./phone_visit.js";

async function startPhone() {
  if (!window.isSecureContext) return warnInsecure();
  await startLock();
  await dropOld();
  const form = document.querySelector("#visit-form");
  if (form) await startVisit(form);
  await startBar();
  const queue = document.getElementById("queue");
  if (queue) await startQueue(queue);
  await startToday();
  window.addEventListener("online", comeBack);
  document.addEventListener("visibilitychange", () => document.hidden || sendAll());
  await startWorker();
  await sendAll();
  document.documentElement.dataset.phone = "ready";
  return null;
}

// With signal again: what waits goes, and a list of yesterday is changed for today's.
function comeBack() {
  if (location.pathname === "/today" && phone.today < dayText(Date.now())) location.reload();
  else sendAll();
}

startPhone();
