// The board from the keyboard: keys act while the board has the focus, and can be switched off. A
// step is the case's own form, shown in place; it is sent ten seconds later, or taken back.
const WAIT_S = 10;
const OFF = "geo-risk.board-keys-off";
const board = document.querySelector("#board");
const box = document.querySelector("#step-box");
const on = document.querySelector("#keys-on");
let waiting = null;
let last = null;

const cards = () => [...board.querySelectorAll("a[data-case]")];
const columns = () => [...board.querySelectorAll(".col")].filter((one) => one.querySelector("a[data-case]"));

function focus(card) {
  card?.focus();
  card?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function step(by) {
  const own = [...last.closest(".col").querySelectorAll("a[data-case]")];
  focus(own[own.indexOf(last) + by]);
}

function across(by) {
  const all = columns();
  const row = [...last.closest(".col").querySelectorAll("a[data-case]")].indexOf(last);
  const there = all[all.indexOf(last.closest(".col")) + by];
  const own = there ? [...there.querySelectorAll("a[data-case]")] : [];
  focus(own[Math.min(row, own.length - 1)]);
}

function say(...nodes) {
  box.replaceChildren(...nodes);
  box.hidden = false;
}

function line(text) {
  const words = document.createElement("p");
  words.textContent = text;
  return words;
}

// Show the form of a step of the chosen case: a named one, else the first that leads on.
async function open(action) {
  const card = last;
  let section;
  try {
    const told = await (await fetch(card.href)).text();
    section = new DOMParser().parseFromString(told, "text/html").querySelector("#next");
  } catch {
    say(line(board.dataset.failed));
    return;
  }
  const wanted = action ? `[data-action="${action}"]` : "[data-action]";
  const found = section?.querySelector(wanted);
  const title = document.createElement("h2");
  title.textContent = card.querySelector("b").textContent;
  if (!found) {
    say(title, line(board.dataset.cannot));
    return;
  }
  const shown = document.adoptNode(found);
  if (shown.matches("details")) shown.open = true;
  say(title, shown);
  const form = shown.matches("form") ? shown : shown.querySelector("form");
  if (!form) return;
  const back = document.createElement("input");
  Object.assign(back, { type: "hidden", name: "back", value: board.dataset.back });
  form.append(back);
  form.addEventListener("submit", (event) => later(event, form, title.textContent));
  form.querySelector("select, textarea, input:not([type=hidden]), button").focus();
}

// Hold a step for ten seconds: until then it can be taken back, and nothing was done.
function later(event, form, whose) {
  event.preventDefault();
  const name = form.querySelector("button").textContent;
  const [undo, now] = [board.dataset.undo, board.dataset.now].map((text) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "btn sm quiet", textContent: text });
    return button;
  });
  form.hidden = true;
  waiting = { form, timer: setTimeout(send, WAIT_S * 1000) };
  const buttons = document.createElement("p");
  buttons.className = "row";
  buttons.append(undo, now);
  say(line(`${whose} · ${name} · ${board.dataset.soon}`), buttons, form);
  undo.addEventListener("click", () => {
    clearTimeout(waiting.timer);
    waiting = null;
    close();
  });
  now.addEventListener("click", send);
  undo.focus();
}

function send() {
  const form = waiting?.form;
  if (!form) return;
  clearTimeout(waiting.timer);
  waiting = null;
  form.submit();
}

// Who goes elsewhere meanwhile has not taken it back.
addEventListener("pagehide", () => {
  if (!waiting) return;
  const body = new URLSearchParams(new FormData(waiting.form));
  fetch(waiting.form.getAttribute("action"), { method: "POST", body, keepalive: true, redirect: "manual" });
  waiting = null;
});

function close() {
  if (waiting) return;
  box.replaceChildren();
  box.hidden = true;
  focus(last);
}

const help = document.querySelector("#keys-help");
const answer = {
  j: () => step(1),
  k: () => step(-1),
  h: () => across(-1),
  l: () => across(1),
  a: () => open("assign"),
  m: () => open(""),
  d: () => open("extend"),
  "/": () => document.querySelector("#kind").focus(),
  "?": () => {
    help.hidden = !help.hidden;
  },
  Escape: close,
};

board.addEventListener("focusin", (event) => {
  const card = event.target.closest("a[data-case]");
  if (!card) return;
  last?.closest(".card").classList.remove("chosen");
  last = card;
  card.closest(".card").classList.add("chosen");
});
board.addEventListener("keydown", (event) => {
  if (!on.checked || event.ctrlKey || event.metaKey || event.altKey || !last) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!(key in answer)) return;
  event.preventDefault();
  event.stopPropagation(); // the page's own "/" leads to the search
  answer[key]();
});
box.addEventListener("keydown", (event) => event.key === "Escape" && close());
on.checked = localStorage.getItem(OFF) !== "1";
on.addEventListener("change", () => {
  if (on.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
});
last = cards()[0] ?? null;
