// Entry of the form of a visit: one question at a time, answered ones folded above with a way back.
import { el, replaceIn } from "./dom.js";
import { t } from "./page.js";
import { shrinkPhoto } from "./photo.js";
import { BLOCKS, blocksOf, fieldOf, lackOf, outcomeOf, rechecksOf, recordOf, renewKeys } from "./visit_record.js";

const form = document.getElementById("visit-form");
const box = form.closest(".visit");
const opened = new Set();
const began = performance.now();
const small = new Map();
const POINTER_MS = 800;
const FOLDED = 2; // so many answers stand above a question; the check shows all of them
let here = { name: "", block: 0 };
let pressed = -Infinity;

function start() {
  box.classList.add("stepwise");
  if (!("again" in form.dataset)) renewKeys(form);
  for (const one of box.querySelectorAll("details.others, details.more-hazards")) one.open = true;
  form.addEventListener("pointerup", () => { pressed = performance.now(); });
  form.addEventListener("click", onClick);
  form.addEventListener("change", onChange);
  form.addEventListener("submit", onSubmit);
  form.addEventListener("visit:restored", onRestored);
  document.getElementById("answers").addEventListener("click", onChangeAnswer);
  document.getElementById("reviewed").addEventListener("click", onChangeAnswer);
  document.getElementById("problems").addEventListener("click", onProblem);
  for (const b of blocksOf(form)) showDue(b);
  const wrong = form.querySelector("[aria-invalid]");
  show(wrong ? stepOf(wrong.closest(".step")) : path()[0], { quiet: true });
  if (wrong) document.getElementById("problems").focus();
  document.documentElement.dataset.ready = "true";
}

// The steps that this visit has, in their order: a gate that stays shut is not asked what was found.
function path() {
  const rechecks = rechecksOf(form).map((block) => ({ name: "recheck", block }));
  if (outcomeOf(form) !== "done") return [{ name: "other", block: 0 }, { name: "review", block: 0 }];
  const found = blocksOf(form, opened).flatMap((block) => ["category", "severity", "details"].map((name) => ({ name, block })));
  return [...rechecks, { name: "found", block: 0 }, ...found, { name: "review", block: 0 }];
}

const same = (one, other) => one.name === other.name && one.block === other.block;
const stepOf = (section) => ({ name: section.dataset.step, block: Number(section.dataset.block || 0) });
const sectionOf = ({ name, block }) => [...form.querySelectorAll(`[data-step=${name}]`)].find((one) => Number(one.dataset.block || 0) === block);

function show(step, { quiet = false } = {}) {
  here = step;
  for (const one of form.querySelectorAll(".step")) one.classList.toggle("now", one === sectionOf(step));
  const steps = path();
  const at = Math.max(0, steps.findIndex((one) => same(one, step)));
  const bar = document.getElementById("progress");
  replaceIn(bar, steps.map((_, n) => el("i", { class: n <= at ? "on" : "" })));
  bar.setAttribute("aria-label", t("gate.progress", { i: at + 1, all: steps.length }));
  const rows = answered(step.name === "review" ? steps : steps.slice(0, at).slice(-FOLDED));
  replaceIn(document.getElementById("answers"), step.name === "review" ? [] : rows);
  replaceIn(document.getElementById("reviewed"), step.name === "review" ? el("ul", { class: "answers" }, rows) : []);
  form.dispatchEvent(new CustomEvent("visit:changed", { bubbles: true, detail: { record: record() } }));
  if (quiet) return;
  window.scrollTo(0, 0);
  const title = sectionOf(step).querySelector(".ask");
  title.tabIndex = -1;
  title.focus({ preventScroll: true });
}

function answered(steps) {
  return steps.map((step) => [step, answerOf(step)]).filter(([, said]) => said).map(([step, said]) =>
    el("li", {}, el("span", {}, t(`gate.step_${step.name}`)), el("b", {}, said),
      el("button", { type: "button", class: "plain", "data-to": `${step.name}:${step.block}`, "aria-label": t("gate.change_what", { what: t(`gate.step_${step.name}`) }) }, t("gate.change"))));
}

function answerOf({ name, block }) {
  if (name === "details") return detailsOf(block);
  const field = { recheck: `fixed-${block}`, found: "found", category: `category-${block}`, severity: `severity-${block}`, other: "outcome" }[name];
  const chosen = field && form.querySelector(`[name="${field}"]:checked`);
  return chosen ? chosen.closest("label").querySelector("b").textContent : "";
}

function detailsOf(b) {
  const files = [...form.elements[`photo-${b}`].files];
  const size = files.reduce((sum, one) => sum + (small.get(one)?.size ?? one.size), 0);
  const photo = files.length ? t("gate.photos", { n: files.length, size: Math.ceil(size / 1000) }) : fieldOf(form, `nophoto-${b}`);
  return [photo, dueText(b)].filter(Boolean).join(" · ");
}

function dueText(b) {
  const said = form.elements[`due-${b}`].value;
  const chosen = form.querySelector(`[name="severity-${b}"]:checked`);
  return said ? t("gate.due_on", { day: said }) : chosen?.dataset.due ?? "";
}

function showDue(b) {
  const chosen = form.querySelector(`[name="severity-${b}"]:checked`);
  if (!chosen) return;
  const due = form.elements[`due-${b}`];
  due.max = chosen.dataset.latest;
  if (due.value > due.max) due.value = "";
  form.querySelector(`[data-due-said="${b}"]`).textContent = `${dueText(b)} · ${t("gate.due_earlier")}`;
}

function onClick(event) {
  const going = event.target.closest("[data-go]")?.dataset.go;
  if (going === "back") move(-1);
  if (going === "next") next();
  if (going === "other") show({ name: "other", block: 0 });
  if (going === "more") more();
  if (event.target.matches("input[type=radio]") && performance.now() - pressed < POINTER_MS) next();
}

// Going back from the first question, or from what is on no path, leads to the path's first.
function move(by) {
  const steps = path();
  const at = steps.findIndex((one) => same(one, here));
  show(steps[Math.min(Math.max(at + by, 0), steps.length - 1)]);
}

function next() {
  const lack = lackOf(form, here);
  tell(lack ? [lack] : []);
  if (lack) return;
  if (here.name === "other" && outcomeOf(form) === "done") show(path()[0]);
  else move(1);
}

function more() {
  const free = [...Array(BLOCKS).keys()].find((b) => !blocksOf(form, opened).includes(b));
  if (free === undefined) return;
  form.querySelector("[name=found][value=some]").checked = true;
  opened.add(free);
  show({ name: "category", block: free });
}

function onChangeAnswer(event) {
  const to = event.target.closest("[data-to]")?.dataset.to;
  if (!to) return;
  const [name, block] = to.split(":");
  show({ name, block: Number(block) });
}

async function onChange(event) {
  const [name, block] = event.target.name.split("-");
  if (name === "severity") showDue(Number(block));
  if (name === "due") showDue(Number(block));
  if (event.target.name === "pin_wrong" && event.target.checked) locate();
  if (name !== "photo") return;
  const said = form.querySelector(`[data-photo-said="${block}"]`);
  for (const one of event.target.files) {
    try {
      small.set(one, await shrinkPhoto(one));
    } catch {
      said.textContent = t("gate.photo_failed");
      event.target.value = "";
      return;
    }
  }
  said.textContent = detailsOf(Number(block));
  tell([]);
  form.dispatchEvent(new CustomEvent("visit:photo", { bubbles: true, detail: { photos: await smallPhotos() } }));
}

function locate() {
  navigator.geolocation?.getCurrentPosition(
    ({ coords }) => {
      form.elements.lon.value = coords.longitude.toFixed(7);
      form.elements.lat.value = coords.latitude.toFixed(7);
      form.elements.accuracy.value = coords.accuracy.toFixed(1);
    },
    () => {},
    { enableHighAccuracy: true, timeout: 10_000, maximumAge: 60_000 },
  );
}

// The same words on top and at the field; focus goes to the top, its links to the field.
function tell(lacks) {
  for (const one of form.querySelectorAll(".m")) one.remove();
  for (const one of form.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  for (const one of form.querySelectorAll("[data-wrong]")) one.removeAttribute("data-wrong");
  const problems = document.getElementById("problems");
  problems.hidden = !lacks.length;
  if (!lacks.length) return;
  replaceIn(problems, el("h2", {}, t("gate.wrong_title", { n: lacks.length })),
    el("ul", {}, lacks.map(([id, code]) => el("li", {}, el("a", { href: `#${id}` }, t(`gate_wrong.${code}`))))));
  for (const [id, code] of lacks) {
    const field = document.getElementById(id);
    const said = el("p", { class: "m", id: `${id}-wrong` }, t(`gate_wrong.${code}`));
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", `${id}-wrong`);
    const around = field.closest(".field-box");
    around?.setAttribute("data-wrong", "");
    if (field.matches("fieldset")) (field.querySelector(".hint") ?? field.querySelector("legend")).after(said);
    else (around?.querySelector(".ask") ?? field).after(said);
  }
  problems.focus();
}

function onProblem(event) {
  const id = event.target.closest("a")?.hash.slice(1);
  const section = id && document.getElementById(id)?.closest(".step");
  if (!section) return;
  event.preventDefault();
  show(stepOf(section), { quiet: true });
  document.getElementById(id).focus();
}

function record() {
  return recordOf(form, performance.now() - began, opened);
}

// Answers that a phone kept are in the fields again: go on at the first that is missing.
function onRestored() {
  for (const b of blocksOf(form)) showDue(b);
  const steps = path();
  show(steps.find((step) => lackOf(form, step)) ?? steps.at(-1), { quiet: true });
}

async function onSubmit(event) {
  event.preventDefault();
  const lacks = path().map((step) => lackOf(form, step)).filter(Boolean);
  if (lacks.length) {
    show(stepOf(document.getElementById(lacks[0][0]).closest(".step")), { quiet: true });
    tell(lacks);
    return;
  }
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  const photos = await smallPhotos();
  const detail = { record: record(), photos: photos.map(({ finding_key, blob }) => ({ finding_key, blob })), key: fieldOf(form, "key") };
  if (!form.dispatchEvent(new CustomEvent("visit:save", { bubbles: true, cancelable: true, detail }))) return;
  for (const b of new Set(photos.map((one) => one.block))) {
    const files = new DataTransfer();
    for (const one of photos.filter(({ block }) => block === b)) files.items.add(new File([one.blob], `${one.finding_key}.jpg`, { type: "image/jpeg" }));
    form.elements[`photo-${b}`].files = files.files;
  }
  form.elements.took.value = ((performance.now() - began) / 1000).toFixed(1);
  form.submit();
}

async function smallPhotos() {
  const found = [];
  for (const block of blocksOf(form, opened)) {
    for (const file of form.elements[`photo-${block}`].files) {
      found.push({ block, finding_key: fieldOf(form, `finding-${block}`), blob: small.get(file) ?? (await shrinkPhoto(file)) });
    }
  }
  return found;
}

start();
