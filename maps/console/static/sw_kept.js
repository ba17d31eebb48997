// Pages that the service worker keeps: those of one person, for one day, and of nobody else.
import { answered, keepValue, readValue, together } from "./phone_db.js";

export const SHELL_CACHE = `shell-${RELEASE.name}`;
export const PAGES_CACHE = `pages-${RELEASE.name}`;
const LIFE_MS = 24 * 3600 * 1000;
const AT_ONCE = 3;
const ASSET = /(?:href|src)="(\/assets\/[^"]+)"/g;
const WHOSE = /<meta name="person" content="([^"]*)">/;

// One page in whichever language it was kept last.
function keyOf(url) {
  const key = new URL(url, self.location.origin);
  key.searchParams.delete("lang");
  key.search = key.searchParams.toString();
  key.hash = "";
  return key.href;
}

// Give the copy of a page, where one is kept and it is not too old. The form of a premises is the
// same for whichever of its planned visits it is asked.
export async function keptPage(url) {
  const kept = await readValue("kept");
  if (!kept) return undefined;
  if (Date.now() - kept.at > LIFE_MS) {
    await forgetPages();
    return undefined;
  }
  const cache = await caches.open(PAGES_CACHE);
  return (await cache.match(keyOf(url))) || (url.pathname.startsWith("/visit/") ? cache.match(keyOf(url), { ignoreSearch: true }) : undefined);
}

// Take a fresh answer over into the copies: only a page that is kept anyway, and only its owner's.
export async function ownPage(url, answer) {
  const kept = await readValue("kept");
  if (!kept) return false;
  const key = keyOf(url);
  if (answer.redirected || !kept.paths.some((path) => keyOf(path) === key)) return false;
  const text = await answer.clone().text();
  const page = (answer.headers.get("Content-Type") || "").startsWith("text/html");
  if (page && text.match(WHOSE)?.[1] !== kept.person) {
    await forgetPages();
    return false;
  }
  if (page) await keepAssets(text);
  await (await caches.open(PAGES_CACHE)).put(key, answer);
  return true;
}

// The styles and scripts of a page are kept with it; their addresses change with their text.
async function keepAssets(text) {
  const shell = await caches.open(SHELL_CACHE);
  const needed = [...text.matchAll(ASSET)].map(([, path]) => path.replaceAll("&amp;", "&"));
  const there = await Promise.all(needed.map((path) => shell.match(path)));
  await shell.addAll(needed.filter((path, n) => !there[n]));
}

// Keep the pages that a page asks for; what is no longer among them goes.
export async function keepPages({ person, day, lang, paths }) {
  let before = await readValue("kept");
  if (before && before.person !== person) await forgetPages();
  if (before?.person !== person || before.day !== day) before = undefined;
  const own = { person, day, lang, paths };
  await keepValue("kept", { ...own, at: before?.at ?? Date.now() });
  const wanted = new Set(paths.map(keyOf));
  const cache = await caches.open(PAGES_CACHE);
  for (const { url } of await cache.keys()) if (!wanted.has(keyOf(url))) await cache.delete(url);
  const left = [...paths];
  let kept = 0;
  const next = async () => {
    for (let path = left.shift(); path !== undefined; path = left.shift()) {
      const answer = await fetch(path, { cache: "no-store", redirect: "error", headers: { Accept: path.startsWith("/v1/") ? "application/json" : "text/html" } }).catch(() => null);
      if (answer?.ok && (await ownPage(path, answer))) kept += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  if (kept) await keepValue("kept", { ...own, at: Date.now() });
  return { person, day, kept, asked: paths.length };
}

export async function forgetPages() {
  await keepValue("kept", null);
  await Promise.all((await caches.keys()).filter((name) => name.startsWith("pages-")).map((name) => caches.delete(name)));
}

// Sent records go with their owner; what was not sent yet waits for that person to come back.
export async function forgetSent() {
  await together(async ({ records, photos }) => {
    const rows = await answered(records.getAll());
    const waiting = new Set((await answered(photos.getAll())).map((one) => one.record_id));
    const done = (one) => one.state === "sent" && !one.conflicts.length && !waiting.has(one.id);
    for (const one of rows) if (done(one)) records.delete(one.id);
  });
}
