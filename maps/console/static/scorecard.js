// How far to trust a surface: its own scores beside the baselines', from what came afterwards.
import { el, replaceIn } from "./dom.js";
import { numberText } from "./figures.js";
import { phrase, t } from "./page.js";

// Write the table of a surface's scores; nothing where it has none.
export function writeScorecard(parent, surface) {
  if (!parent) return;
  const { score = {} } = surface;
  const names = Object.keys(score.models ?? {});
  if (!names.length) {
    replaceIn(parent, el("p", { class: "mute small" }, t("score.none")));
    return;
  }
  const served = score.served;
  const ordered = [served, ...names.filter((name) => name !== served)].filter((name) => names.includes(name));
  replaceIn(
    parent,
    el(
      "details",
      { class: "score" },
      el("summary", {}, t("score.title", { n: score.folds })),
      el(
        "table",
        { class: "plain small" },
        el("caption", { class: "vh" }, t("score.title", { n: score.folds })),
        el(
          "thead",
          {},
          el("tr", {}, [t("score.model"), t("score.ig"), t("score.pai"), t("score.brier")].map((text) => el("th", { scope: "col" }, text))),
        ),
        el("tbody", {}, ordered.map((name) => line(name, score.models[name], name === served))),
      ),
      el("p", { class: "mute small" }, t("score.how")),
    ),
  );
}

function line(name, scores, served) {
  const label = phrase("model", name) + (served ? t("score.served") : "");
  const figures = [scores.ig_nats, scores.pai?.["5"], scores.brier];
  return el(
    "tr",
    { "data-model": name, "data-served": served },
    el("th", { scope: "row" }, served ? el("b", {}, label) : label),
    figures.map((value, index) => el("td", {}, numberText(value, index === 2 ? 4 : 2))),
  );
}
