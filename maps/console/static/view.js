// What the page shows just now, kept in the address's fragment, so that a switch of language, a
// reload and a link sent to somebody else show the same.
const link = document.getElementById("other-language");

export function readView() {
  const values = new URLSearchParams(location.hash.slice(1));
  const numbers = (name, count) => {
    const parts = (values.get(name) || "").split(",").map(Number);
    return parts.length === count && parts.every(Number.isFinite) && values.has(name) ? parts : null;
  };
  return {
    surface: values.get("surface"),
    at: numbers("at", 3),
    point: numbers("point", 2),
    off: (values.get("off") || "").split(",").filter(Boolean),
  };
}

export function writeView({ surface, at, point, off }) {
  const values = new URLSearchParams();
  if (surface) values.set("surface", surface);
  if (at) values.set("at", at.join(","));
  if (point) values.set("point", point.join(","));
  if (off?.length) values.set("off", off.join(","));
  const hash = `#${values.toString().replaceAll("%2C", ",")}`;
  history.replaceState(null, "", hash);
  if (link) link.hash = hash;
}
