// What can be set for this phone: the PIN, and what the phone lets us keep.
import { el, replaceIn } from "./dom.js";
import { dropPin, hasPin, setPin } from "./phone_lock.js";
import { megabytes, tell } from "./phone_page.js";

const MINUTES = [1, 3, 5, 10, 30];
const DEFAULT_MINUTES = 5;

export async function phoneSettings(box) {
  const [kept, room, pin] = [await navigator.storage?.persisted?.(), await navigator.storage?.estimate?.(), await hasPin()];
  replaceIn(
    box,
    el("h2", {}, tell("phone.this_phone")),
    el("p", { class: "mute" }, room ? tell("phone.room", { used: megabytes(room.usage) }) : ""),
    el("p", { class: "mute" }, tell(kept ? "phone.persisted" : "phone.not_persisted")),
    pin ? pinIsSet(box) : pinForm(box),
  );
}

function pinIsSet(box) {
  const drop = async () => {
    await dropPin();
    await phoneSettings(box);
  };
  return el("p", { class: "row" }, tell("phone.pin_is_set"), el("button", { type: "button", class: "btn quiet sm", onclick: drop }, tell("phone.pin_drop")));
}

function pinForm(box) {
  const digits = (id) => el("input", { type: "password", id, inputmode: "numeric", autocomplete: "off", minlength: 4, maxlength: 12, pattern: "[0-9]{4,12}", required: true });
  const said = el("p", { class: "wrong", role: "alert", hidden: true });
  const [first, second] = [digits("pin-new"), digits("pin-again")];
  const minutes = el("select", { id: "pin-minutes" }, ...MINUTES.map((n) => el("option", { value: n, selected: n === DEFAULT_MINUTES }, tell("phone.minutes", { n }))));
  const form = el("form", { class: "step" }, label("pin-new", "phone.pin_new"), first, label("pin-again", "phone.pin_again"), second, label("pin-minutes", "phone.pin_after"), minutes, said, el("button", { class: "btn sm", type: "submit" }, tell("phone.pin_set")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.hidden = first.value === second.value;
    replaceIn(said, tell("phone.pin_differs"));
    if (!said.hidden) return second.focus();
    await setPin(first.value, Number(minutes.value));
    return phoneSettings(box);
  });
  return el("details", { class: "step-box" }, el("summary", {}, tell("phone.pin_title")), el("p", { class: "mute" }, tell("phone.pin_hint")), form);
}

function label(id, key) {
  return el("label", { for: id }, tell(key));
}
