// The service worker: the pages of today's shift for whoever is signed in, and the way back to them
// without signal. `RELEASE` is put before this by the server: the name and files of this release.
import { keepValue, readValue } from "./phone_db.js";
import { forgetPages, forgetSent, keepPages, keptPage, ownPage, PAGES_CACHE, SHELL_CACHE } from "./sw_kept.js";

const WAIT_MS = 3000;
const DAY = "/v1/field/day";

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => {
  if (event.data?.kind === "keep") event.waitUntil(keepPages(event.data).then((done) => event.source?.postMessage({ kind: "kept", ...done })));
});
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const answer = url.origin === self.location.origin ? answerOf(event.request, url, event) : null;
  if (answer) event.respondWith(answer);
});

// What somebody kept before is fetched anew by this release, for the old files go with the old one.
async function install() {
  const shell = await caches.open(SHELL_CACHE);
  await shell.addAll(RELEASE.files.map((path) => new Request(path, { cache: "no-cache", credentials: "omit" })));
  const before = await readValue("kept");
  if (before) await keepPages(before).catch(() => {});
  await self.skipWaiting();
}

async function activate() {
  const known = [SHELL_CACHE, PAGES_CACHE];
  await Promise.all((await caches.keys()).filter((name) => !known.includes(name)).map((name) => caches.delete(name)));
  await self.clients.claim();
}

// Give the answer to a request, null where the browser is left to it.
function answerOf(request, url, event) {
  if (request.mode === "navigate") return request.method === "GET" ? showPage(request, url, event) : sendForm(request, url);
  if (request.method !== "GET") return request.keepalive ? fetch(request) : null; // its page may be gone already
  if (url.pathname.startsWith("/assets/bundle/") || (url.pathname.startsWith("/assets/") && url.search.startsWith("?v="))) return giveAsset(request);
  return url.pathname === DAY ? showPage(request, url, event) : null;
}

async function giveAsset(request) {
  const kept = await caches.match(request.url);
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.ok) await (await caches.open(SHELL_CACHE)).put(request.url, fresh.clone());
  return fresh;
}

// The network first, but not for long where a copy is kept; without either a page that says so.
async function showPage(request, url, event) {
  await endSession();
  const kept = await keptPage(url);
  const fresh = fetch(request).then((answer) => {
    if (answer.ok) event.waitUntil(ownPage(url, answer.clone()));
    return answer;
  });
  if (!kept) return fresh.catch((error) => (request.mode === "navigate" ? withoutSignal() : Promise.reject(error)));
  const late = new Promise((resolve) => setTimeout(resolve, WAIT_MS, kept));
  event.waitUntil(fresh.catch(() => {}));
  return Promise.race([fresh.then((answer) => (answer.status >= 502 ? kept : answer)).catch(() => kept), late]);
}

// A form goes to the network alone. Whoever signs in or out leaves no page of the one before.
async function sendForm(request, url) {
  const leaves = url.pathname === "/logout";
  const body = leaves ? await request.clone().text() : "";
  if (leaves) await forgetSent();
  if (leaves || url.pathname === "/login") await forgetPages();
  try {
    return await fetch(request);
  } catch {
    if (leaves) await keepValue("sign_out", body);
    return withoutSignal();
  }
}

// A sign-out that found no signal is said to the service before anything else is asked of it.
async function endSession() {
  const body = await readValue("sign_out");
  if (!body) return;
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  try {
    await fetch("/logout", { method: "POST", body, headers, redirect: "manual" });
    await keepValue("sign_out", null);
  } catch {
    // still no signal: nothing else will be answered either
  }
}

async function withoutSignal() {
  const english = (await readValue("kept"))?.lang === "en" || (await readValue("lang")) === "en";
  const page = await caches.match(english ? "/offline?lang=en" : "/offline");
  return page || Response.error();
}
