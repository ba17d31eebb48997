// What the page shows just now, kept in the address, so that a switch of language, a reload and a
// link sent to somebody else show the same: the time in the query, for the server writes the page of
// it, everything else in the fragment.
const link = document.getElementById("other-language");

export function readView() {
  const values = new URLSearchParams(location.hash.slice(1));
  const numbers = (name, count) => {
    const parts = (values.get(name) || "").split(",").map(Number);
    return parts.length === count && parts.every(Number.isFinite) && values.has(name) ? parts : null;
  };
  const names = (name) => (values.get(name) || "").split(",").filter(Boolean);
  return { surface: values.get("surface"), at: numbers("at", 3), point: numbers("point", 2), off: names("off"), on: names("on") };
}

export function writeView({ surface, at, point, off, on, time }) {
  const values = new URLSearchParams();
  if (surface) values.set("surface", surface);
  if (at) values.set("at", at.join(","));
  if (point) values.set("point", point.join(","));
  if (off?.length) values.set("off", off.join(","));
  if (on?.length) values.set("on", on.join(","));
  const hash = `#${values.toString().replaceAll("%2C", ",")}`;
  if (location.protocol === "file:") {
    history.replaceState(null, "", hash);
    return;
  }
  history.replaceState(null, "", withTime(location.href, time) + hash);
  if (link) link.href = withTime(link.href, time) + hash;
}

function withTime(address, time) {
  const { pathname, searchParams } = new URL(address, location.href);
  if (time && time !== "now") searchParams.set("time", time);
  else searchParams.delete("time");
  const query = searchParams.toString();
  return query ? `${pathname}?${query}` : pathname;
}
