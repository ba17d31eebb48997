// Dates and numbers as people read them; the same rules as maps/words/figures.py.
import { page } from "./page.js";
import { grouped } from "./words.js";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY_MS = 86400000;

// Give the number of decimals that show a value with three significant digits, at most 6.
export function decimalsOf(value) {
  if (value === 0 || !Number.isFinite(value)) return 0;
  return Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));
}

export function numberText(value, decimals = null) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const digits = decimals === null ? decimalsOf(value) : decimals;
  const [whole, rest] = Math.abs(value).toFixed(digits).split(".");
  const text = grouped(whole) + (rest ? `.${rest}` : "");
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

export function shareText(share) {
  const percent = share * 100;
  return `${percent.toFixed(percent >= 1 || percent === 0 ? 1 : 2)}%`;
}

// Give a share in percent with the three significant digits of every value.
export function percentText(share) {
  return share === null || share === undefined ? "–" : `${numberText(share * 100)}%`;
}

// Print parts so that, as printed, they add up to the printed total (largest remainder).
export function printedParts(total, parts, decimals = decimalsOf(total)) {
  const unit = 10 ** decimals;
  const whole = Math.round(total * unit);
  const floors = parts.map((part) => Math.floor(part * unit + 1e-9));
  let missing = whole - floors.reduce((sum, one) => sum + one, 0);
  const order = parts
    .map((part, index) => [part * unit - floors[index], index])
    .sort((one, other) => other[0] - one[0] || one[1] - other[1]);
  for (let turn = 0; missing !== 0 && order.length; turn += 1) {
    const step = Math.sign(missing);
    const [, index] = order[step > 0 ? turn % order.length : order.length - 1 - (turn % order.length)];
    floors[index] += step;
    missing -= step;
  }
  return {
    total: numberText(whole / unit, decimals),
    parts: floors.map((one) => numberText(one / unit, decimals)),
  };
}

export function dayText(moment) {
  const { year, month, day } = localParts(moment);
  return page.lang === "zh" ? `${year}年${month}月${day}日` : `${day} ${MONTHS[month - 1]} ${year}`;
}

export function momentText(moment) {
  const { hour, minute } = localParts(moment);
  return `${dayText(moment)}${page.lang === "zh" ? " " : ", "}${hour}:${minute}`;
}

// Give a half-open period by its first and last day.
export function periodText(start, end) {
  const last = new Date(Math.max(new Date(start).getTime(), new Date(end).getTime() - 1));
  const [from, to] = [localParts(start), localParts(last)];
  const whole = dayText(last);
  if (from.year !== to.year) {
    return dayText(start) + (page.lang === "zh" ? "–" : " – ") + whole;
  }
  if (from.month === to.month && from.day === to.day) return whole;
  if (page.lang === "zh") {
    return `${dayText(start)}–${from.month === to.month ? "" : `${to.month}月`}${to.day}日`;
  }
  if (from.month !== to.month) return `${from.day} ${MONTHS[from.month - 1]} – ${whole}`;
  return `${from.day}–${whole}`;
}

// Give how many whole days lie between two moments.
export function daysBetween(earlier, later) {
  return Math.floor((new Date(later) - new Date(earlier)) / DAY_MS);
}

let clock = null;

function localParts(moment) {
  return page.offset_min === null || page.offset_min === undefined ? partsIn(page.zone, moment) : partsAt(page.offset_min, moment);
}

// Where clocks never change a sum will do.
function partsAt(minutes, moment) {
  const local = new Date(new Date(moment).getTime() + minutes * 60000);
  const two = (number) => String(number).padStart(2, "0");
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: two(local.getUTCHours()),
    minute: two(local.getUTCMinutes()),
  };
}

function partsIn(timeZone, moment) {
  const form = { year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  clock ??= new Intl.DateTimeFormat("en-GB", { timeZone, ...form });
  const parts = clock.formatToParts(new Date(moment));
  const of = (type) => parts.find((part) => part.type === type).value;
  return {
    year: Number(of("year")),
    month: Number(of("month")),
    day: Number(of("day")),
    hour: of("hour"),
    minute: of("minute"),
  };
}
