// The week's table: a visit is dragged to another time, day or officer, by mouse or finger, or moved
// by the form that its link opens. What it would cost is the server's to say; nothing is kept before
// somebody presses the button that says so.
import { countDown } from "./countdown.js";

const START_PX = 6;
const PAUSE_MS = 250;
const EDGE_PX = 48;
const STEP_PX = 14;
const table = document.querySelector("table.lanes");
const box = document.querySelector("#move-box");
let asking = null;
let opener = null;

// Show the section of /plan/move in place; `quietly` while somebody still drags.
async function ask(wanted, quietly) {
  asking?.abort();
  asking = new AbortController();
  const query = new URLSearchParams({ week: table.dataset.week, lang: table.dataset.lang, ...wanted });
  try {
    const answer = await fetch(`/plan/move?${query}`, { signal: asking.signal });
    const told = new DOMParser().parseFromString(await answer.text(), "text/html");
    const section = told.querySelector("#move");
    if (!section) throw new Error(String(answer.status));
    show(section, quietly);
  } catch (error) {
    if (error.name === "AbortError") return;
    const words = document.createElement("p");
    words.textContent = table.dataset.failed;
    box.replaceChildren(words);
    box.hidden = false;
  }
}

function show(section, quietly) {
  const title = document.createElement("h2");
  const old = section.querySelector("h1");
  title.id = old.id;
  title.tabIndex = -1;
  title.textContent = old.textContent;
  old.replaceWith(title);
  box.replaceChildren(document.adoptNode(section));
  box.hidden = false;
  if (quietly) return;
  box.scrollIntoView({ block: "nearest" });
  (box.querySelector(".cost .btn") ?? title).focus();
}

function close() {
  asking?.abort();
  box.replaceChildren();
  box.hidden = true;
  opener?.focus();
}

// Where a pointer is in the table: whose day, and when a visit put there would begin.
function placeAt(x, y, dragged) {
  const lane = document.elementFromPoint(x, y)?.closest("td[data-officer]");
  if (!lane) return null;
  const stops = [...lane.querySelectorAll("li")].filter((one) => one !== dragged);
  const below = stops.find((one) => {
    const frame = one.getBoundingClientRect();
    return y < frame.top + frame.height / 2;
  });
  const time = below ? below.dataset.start : (stops.at(-1)?.dataset.end ?? table.dataset.opens);
  return { lane, officer: lane.dataset.officer, day: lane.dataset.day, time };
}

// Near an edge what is beyond it comes nearer: the page's height, the table's width.
function scrollNear(x, y) {
  const frame = table.parentElement.getBoundingClientRect();
  const towards = (at, from, to) => (at < from + EDGE_PX ? -STEP_PX : at > to - EDGE_PX ? STEP_PX : 0);
  const [right, down] = [towards(x, frame.left, frame.right), towards(y, 0, innerHeight)];
  if (right) table.parentElement.scrollLeft += right;
  if (down) window.scrollBy(0, down);
  return Boolean(right || down);
}

class Drag {
  constructor(stop, event) {
    this.stop = stop;
    this.pointer = event.pointerId;
    this.from = [event.clientX, event.clientY];
    this.place = null;
    this.sign = null;
  }

  move(event) {
    const [x, y] = [event.clientX, event.clientY];
    if (!this.sign && Math.hypot(x - this.from[0], y - this.from[1]) < START_PX) return;
    if (!this.sign) this.begin();
    this.at = [x, y];
    this.follow();
  }

  // Say where it would be put; while an edge draws the page on, again and again.
  follow() {
    cancelAnimationFrame(this.frame);
    const [x, y] = this.at;
    if (scrollNear(x, y)) this.frame = requestAnimationFrame(() => this.follow());
    const place = placeAt(x, y, this.stop);
    this.sign.style.left = `${x + 12}px`;
    this.sign.style.top = `${y + 12}px`;
    if (place?.lane === this.place?.lane && place?.time === this.place?.time) return;
    this.place?.lane.classList.remove("over");
    this.place = place;
    place?.lane.classList.add("over");
    this.sign.textContent = place ? `${place.day.slice(5)} ${place.time}` : "–";
    clearTimeout(this.timer);
    if (place) this.timer = setTimeout(() => ask(this.wanted(), true), PAUSE_MS);
  }

  begin() {
    this.sign = document.createElement("div");
    this.sign.className = "drag-sign";
    document.body.append(this.sign);
    this.stop.classList.add("dragged");
    opener = this.stop.querySelector("a");
  }

  wanted() {
    const { officer, day, time } = this.place;
    return { visit: this.stop.dataset.visit, officer, day, time };
  }

  end(dropped) {
    clearTimeout(this.timer);
    cancelAnimationFrame(this.frame);
    this.sign?.remove();
    this.stop.classList.remove("dragged");
    this.place?.lane.classList.remove("over");
    if (!this.sign) return;
    if (dropped && this.place) ask(this.wanted(), false);
    else close();
  }
}

function watch() {
  let drag = null;
  let dragged = false;
  const end = (dropped) => {
    dragged = Boolean(drag?.sign);
    drag?.end(dropped);
    drag = null;
  };
  table.addEventListener("pointerdown", (event) => {
    dragged = false;
    const stop = event.target.closest("li[data-visit]");
    if (!stop || event.button !== 0) return;
    // A finger scrolls, except on the grip.
    if (event.pointerType !== "mouse" && !event.target.closest(".grip")) return;
    if (event.target.hasPointerCapture?.(event.pointerId)) {
      event.target.releasePointerCapture(event.pointerId);
    }
    drag = new Drag(stop, event);
  });
  addEventListener("pointermove", (event) => {
    if (event.pointerId === drag?.pointer) drag.move(event);
  });
  addEventListener("pointerup", (event) => event.pointerId === drag?.pointer && end(true));
  addEventListener("pointercancel", () => end(false));
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (drag) end(false);
    else if (!box.hidden) close();
  });
  table.addEventListener("click", (event) => {
    const link = event.target.closest("li[data-visit] a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (dragged) return;
    opener = link;
    ask({ visit: link.closest("li").dataset.visit }, false);
  });
}

function watchBox() {
  box.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-ask]")) return;
    event.preventDefault();
    ask(Object.fromEntries(new FormData(event.target)), false);
  });
  box.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close]")) return;
    event.preventDefault();
    close();
  });
}

if (table) {
  watch();
  watchBox();
}
countDown();
