// What is new while the page is open: a note that stays until it is answered, and marks on the map.
// Listening waits until the page is drawn, and stops while nobody looks at it.
import { el, replaceIn } from "./dom.js";
import { momentText } from "./figures.js";
import { t } from "./page.js";

const { L } = window;
const AFTER_MS = 2500;
const MARKS = 20;

export function startLive(app) {
  const news = { reports: [], marks: [], published: false };
  let stream = null;
  const listen = () => {
    if (document.hidden || stream) return;
    stream = new EventSource("/v1/live");
    stream.addEventListener("report", ({ data }) => tellReport(app, news, JSON.parse(data)));
    stream.addEventListener("publication", () => {
      news.published = true;
      writeNews(app, news);
    });
  };
  const stop = () => {
    stream?.close();
    stream = null;
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : listen()));
  window.addEventListener("pagehide", stop);
  setTimeout(listen, AFTER_MS);
}

function tellReport(app, news, said) {
  news.reports.push(said);
  if (said.lat !== null) {
    const icon = L.divIcon({ html: el("b", {}, t("map.new")), className: "fresh", iconSize: [34, 22] });
    news.marks.push(L.marker([said.lat, said.lon], { icon, interactive: false, keyboard: false }).addTo(app.map));
    if (news.marks.length > MARKS) news.marks.shift().remove();
  }
  writeNews(app, news);
}

function writeNews(app, news) {
  const note = document.getElementById("news");
  const last = news.reports.at(-1);
  note.hidden = false;
  const button = (text, act) => el("button", { type: "button", class: "btn sm quiet", onclick: act }, text);
  replaceIn(
    note,
    last ? el("b", {}, t("map.news_reports", { n: news.reports.length, moment: momentText(last.at) })) : null,
    news.published ? el("b", {}, t("map.news_published")) : null,
    last && last.lat !== null ? button(t("map.news_show"), () => app.map.setView([last.lat, last.lon], Math.max(16, app.map.getZoom()), { animate: false })) : null,
    news.published ? button(t("map.news_load"), () => location.reload()) : null,
    button(t("map.news_close"), () => closeNews(app, news, note)),
  );
}

function closeNews(app, news, note) {
  note.hidden = true;
  news.marks.forEach((one) => one.remove());
  Object.assign(news, { reports: [], marks: [] });
  app.map.getContainer().focus();
}
