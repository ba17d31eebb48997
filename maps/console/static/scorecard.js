// How far to trust a surface: its own scores beside the baselines', or the factors it is made of.
import { isProbability, isTerrain } from "./classes.js";
import { el, replaceIn } from "./dom.js";
import { numberText, percentText } from "./figures.js";
import { either, phrase, t } from "./page.js";

// Write the table of a surface's scores; nothing where it has none.
export function writeScorecard(parent, surface) {
  if (!parent) return;
  if (isTerrain(surface) && surface.factors) {
    replaceIn(parent, factorTable(surface.factors));
    return;
  }
  const { score = {} } = surface;
  const names = Object.keys(score.models ?? {});
  if (!names.length) {
    replaceIn(parent, el("p", { class: "mute small" }, t("score.none")));
    return;
  }
  const served = score.served;
  const ordered = [served, ...names.filter((name) => name !== served)].filter((name) => names.includes(name));
  const chance = isProbability(surface);
  const heads = chance ? ["score.model", "score.brier", "score.gap"] : ["score.model", "score.ig", "score.pai", "score.brier"];
  const title = t("score.title", { n: score.folds });
  replaceIn(
    parent,
    el(
      "details",
      { class: "worth" },
      el("summary", {}, title),
      table(title, heads, ordered.map((name) => line(name, score.models[name], name === served, chance))),
      chance ? reliability(score.models[served].reliability) : null,
      el("p", { class: "mute small" }, t(chance ? "score.how_probability" : "score.how")),
    ),
  );
}

function table(title, heads, rows) {
  return el(
    "table",
    { class: "small" },
    el("caption", { class: "vh" }, title),
    el("thead", {}, el("tr", {}, heads.map((key) => el("th", { scope: "col" }, t(key))))),
    el("tbody", {}, rows),
  );
}

function line(name, scores, served, chance) {
  const label = phrase("model", name) + (served ? t("score.served") : "");
  const figures = chance
    ? [numberText(scores.brier, 5), percentText(scores.gap)]
    : [numberText(scores.ig_nats, 2), numberText(scores.pai?.["5"], 2), numberText(scores.brier, 4)];
  return el(
    "tr",
    { "data-model": name, "data-served": served },
    el("th", { scope: "row" }, served ? el("b", {}, label) : label),
    figures.map((text) => el("td", {}, text)),
  );
}

// What the served model said of cells, and in what share of them something came.
function reliability(classes = []) {
  if (!classes.length) return null;
  const title = t("score.said_and_seen");
  return [
    el("h3", {}, title),
    table(
      title,
      ["score.said", "score.seen", "score.cells"],
      classes.map(({ said, seen, cells }) =>
        el("tr", {}, [percentText(said), percentText(seen), numberText(cells, 0)].map((text) => el("td", {}, text))),
      ),
    ),
  ];
}

function factorTable(factors) {
  if (!factors.length) return el("p", { class: "mute small" }, t("score.factors_none"));
  const title = t("score.factors");
  const rows = factors.map(({ name, title: zh, title_en: en, relative_risk: risk, low, high }) =>
    el(
      "tr",
      { "data-factor": name },
      el("th", { scope: "row" }, either(zh, en) || name),
      el("td", {}, t("score.range", { value: numberText(risk), low: numberText(low), high: numberText(high) })),
    ),
  );
  return el(
    "details",
    { class: "worth", open: "" },
    el("summary", {}, title),
    table(title, ["score.factor", "score.relative_risk"], rows),
    el("p", { class: "mute small" }, t("score.factors_how")),
  );
}
