// Entry on every page of the station's staff: the lock, the worker, the bar, and what waits to be sent.
import { startBar, drawBar } from "./phone_bar.js";
import { warnInsecure } from "./phone_insecure.js";
import { startWorker } from "./phone_keep.js";
import { startLock } from "./phone_lock.js";
import { startQueue } from "./phone_queue.js";
import { sendAll } from "./phone_send.js";
import { startVisit } from "./phone_visit.js";

async function startPhone() {
  if (!window.isSecureContext) return warnInsecure();
  await startLock();
  const form = document.querySelector("form[data-visit]");
  if (form) await startVisit(form);
  await startBar();
  const queue = document.getElementById("queue");
  if (queue) await startQueue(queue);
  window.addEventListener("online", () => sendAll());
  await startWorker();
  await sendAll();
  await drawBar();
  document.documentElement.dataset.phone = "ready";
  return null;
}

startPhone();
