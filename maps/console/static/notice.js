// One calm line above the map: what failed, what still works, and one thing to do.
import { el, replaceIn } from "./dom.js";
import { page, t } from "./page.js";

export function sayNotice(what, works = null, retry = null) {
  const notice = document.getElementById("notice");
  notice.hidden = false;
  replaceIn(
    notice,
    el("b", {}, t(what)),
    works ? el("span", {}, t(works)) : null,
    retry && works ? el("a", { href: page.table }, t("map.table_link")) : null,
    retry ? el("button", { type: "button", class: "btn sm quiet", onclick: retry }, t("map.retry")) : null,
  );
}
