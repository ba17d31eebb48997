// A PIN of this phone for one person: whoever picks a shared handset up sees a lock, not names.
// Kept is a salted slow hash. Five wrong tries end the session: then only signing in helps.
import { change, keepValue, readValue } from "./phone_db.js";
import { el, replaceIn } from "./dom.js";
import { phone, tell } from "./phone_page.js";

const ROUNDS = 600_000;
const TRIES = 5;
const LOOK_MS = 5000;
const NOTE_MS = 3000;
const ACTIVE = "geo-risk.active";
const IDLE = "geo-risk.idle_min";
const pinName = () => `pin:${phone.person}`;
let noted = 0;

export async function startLock() {
  const pin = await readValue(pinName());
  if (pin) localStorage.setItem(IDLE, pin.idle_min);
  else localStorage.removeItem(IDLE);
  lockIfIdle();
  for (const name of ["pointerdown", "keydown", "input", "scroll"]) document.addEventListener(name, noteActive, { passive: true, capture: true });
  document.addEventListener("visibilitychange", lockIfIdle);
  setInterval(lockIfIdle, LOOK_MS);
}

export async function setPin(digits, idleMin) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const hash = await hashPin(digits, salt, ROUNDS);
  await keepValue(pinName(), { salt, hash, rounds: ROUNDS, idle_min: idleMin, tries: 0 });
  localStorage.setItem(IDLE, idleMin);
  localStorage.setItem(ACTIVE, Date.now());
}

export async function dropPin() {
  await keepValue(pinName(), null);
  localStorage.removeItem(IDLE);
}

export async function hasPin() {
  return Boolean(await readValue(pinName()));
}

async function hashPin(digits, salt, iterations) {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(digits), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, key, 256);
  return [...new Uint8Array(bits)].join();
}

function noteActive() {
  const locked = "locked" in document.documentElement.dataset;
  if (locked || Date.now() - noted < NOTE_MS) return;
  noted = Date.now();
  localStorage.setItem(ACTIVE, noted);
}

function lockIfIdle() {
  const idle = Number(localStorage.getItem(IDLE));
  const late = idle && Date.now() - Number(localStorage.getItem(ACTIVE)) > idle * 60_000;
  document.documentElement.toggleAttribute("data-locked", Boolean(late));
  const shown = document.getElementById("lock");
  if (late && !shown) showLock();
  else if (!late && shown) shown.remove();
}

function showLock() {
  const said = el("p", { class: "wrong", role: "alert", hidden: true });
  const input = el("input", { type: "password", id: "pin", inputmode: "numeric", autocomplete: "off", required: true });
  const form = el("form", {}, el("label", { for: "pin", class: "lab" }, tell("phone.pin")), input, said, el("button", { class: "btn wide", type: "submit" }, tell("phone.unlock")), el("button", { class: "btn quiet wide", type: "button", onclick: leave }, tell("phone.other_person")));
  const lock = el("dialog", { id: "lock", class: "panel", "aria-labelledby": "lock-title" }, el("h2", { id: "lock-title" }, tell("phone.locked")), el("p", { class: "mute" }, tell("phone.locked_hint")), form);
  lock.addEventListener("cancel", (event) => event.preventDefault());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tryPin(input, said);
  });
  document.body.append(lock);
  lock.showModal();
}

// A try is counted before it is looked at, so that closing the page does not give it back.
async function tryPin(input, said) {
  const counted = await change("values", pinName(), ({ value }) => ({ value: { ...value, tries: value.tries + 1 } }));
  const pin = counted.value;
  const right = pin.tries <= TRIES && (await hashPin(input.value, pin.salt, pin.rounds)) === pin.hash;
  input.value = "";
  if (right) {
    await keepValue(pinName(), { ...pin, tries: 0 });
    localStorage.setItem(ACTIVE, Date.now());
    lockIfIdle();
  } else if (pin.tries >= TRIES) await signOut();
  else {
    said.hidden = false;
    replaceIn(said, tell("phone.wrong_pin", { n: TRIES - pin.tries }));
  }
}

// The PIN goes with the session, for without a session there is nothing left that it could open.
async function signOut() {
  await dropPin();
  leave();
}

function leave() {
  document.querySelector('form[action="/logout"]').submit();
}
