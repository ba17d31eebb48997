// What is new while the page is open: tiles that changed, a note that stays until it is answered, and
// marks on the map. Listening waits until the page is drawn, and stops while nobody looks at it. What
// comes in is gathered: however many reports come, the page is written a few times a second.
import { el, replaceIn } from "./dom.js";
import { momentText } from "./figures.js";
import { t } from "./page.js";
import { choosePlace } from "./place.js";
import { takeChanges } from "./revised.js";

const { L } = window;
const AFTER_MS = 2500;
const NOTE_MS = 300;
const PLACE_MS = 500;
const TILES_MS = 60;
const MARKS = 20;

export function startLive(app) {
  const news = { n: 0, last: null, fresh: [], marks: [], published: false, tiles: [] };
  const writeSoon = gathered(NOTE_MS, () => writeNews(app, news));
  const drawSoon = gathered(TILES_MS, () => takeChanges(news.tiles.splice(0).flat()));
  const askAgain = gathered(PLACE_MS, () => app.state.point && choosePlace(app, app.state.point, app.state.premises));
  const heard = {
    report: (said) => {
      addNews(news, 1, said);
      writeSoon();
    },
    reports: (said) => {
      addNews(news, said.n, { ...said, lat: null, lon: null });
      writeSoon();
    },
    publication: () => {
      news.published = true;
      writeSoon();
    },
    tiles: ({ surfaces }) => {
      news.tiles.push(surfaces);
      drawSoon();
      if (surfaces.some(({ id, version }) => isChosen(app, id, version))) askAgain();
    },
  };
  let stream = null;
  const listen = () => {
    if (document.hidden || stream) return;
    stream = new EventSource("/v1/live");
    for (const [name, hear] of Object.entries(heard)) stream.addEventListener(name, ({ data }) => hear(JSON.parse(data)));
  };
  const stop = () => {
    stream?.close();
    stream = null;
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : listen()));
  window.addEventListener("pagehide", stop);
  setTimeout(listen, AFTER_MS);
}

// Give a function that does something in the next frame, and again no sooner than `ms` later.
function gathered(ms, act) {
  let waits = false;
  let done = -Infinity;
  const run = () => {
    waits = false;
    done = performance.now();
    act();
  };
  return () => {
    if (waits) return;
    waits = true;
    setTimeout(() => requestAnimationFrame(run), Math.max(0, done + ms - performance.now()));
  };
}

function isChosen({ state }, id, version) {
  return state.time === "now" && state.surface?.id === id && state.surface.version === version && state.point;
}

function addNews(news, n, said) {
  news.n += n;
  news.last = said;
  if (said.lat !== null) news.fresh = [...news.fresh, said].slice(-MARKS);
}

function writeNews(app, news) {
  markNews(app, news);
  const note = document.getElementById("news");
  const { last } = news;
  if (!last && !news.published) return;
  note.hidden = false;
  const button = (text, act) => el("button", { type: "button", class: "btn sm quiet", onclick: act }, text);
  replaceIn(
    note,
    last ? el("b", {}, t("map.news_reports", { n: news.n, moment: momentText(last.at) })) : null,
    news.published ? el("b", {}, t("map.news_published")) : null,
    last && last.lat !== null ? button(t("map.news_show"), () => app.map.setView([last.lat, last.lon], Math.max(16, app.map.getZoom()), { animate: false })) : null,
    news.published ? button(t("map.news_load"), () => location.reload()) : null,
    button(t("map.news_close"), () => closeNews(app, news, note)),
  );
}

function markNews({ map }, news) {
  for (const { lat, lon } of news.fresh.splice(0)) {
    const icon = L.divIcon({ html: el("b", {}, t("map.new")), className: "fresh", iconSize: [34, 22] });
    news.marks.push(L.marker([lat, lon], { icon, interactive: false, keyboard: false }).addTo(map));
  }
  while (news.marks.length > MARKS) news.marks.shift().remove();
}

function closeNews(app, news, note) {
  note.hidden = true;
  news.marks.forEach((one) => one.remove());
  Object.assign(news, { n: 0, last: null, fresh: [], marks: [] });
  app.map.getContainer().focus();
}
