// Times as agents read them, and timers that run on. The server's clock counts: an agent's may be wrong.

import { page, say } from "./page.js";

const tag = page.language === "zh" ? "zh-CN" : "en-GB";
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TOLERATED_MS = 2000; // the Date header knows whole seconds only

const hourMinute = new Intl.DateTimeFormat(tag, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const monthDay = new Intl.DateTimeFormat(tag, { month: "short", day: "numeric" });
const fullDay = new Intl.DateTimeFormat(tag, { year: "numeric", month: "short", day: "numeric" });
const whole = new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });

let ahead = 0; // milliseconds by which the server's clock is ahead of ours

export const clock = {
  now: () => Date.now() + ahead,
  /** `date` is a response's Date header. */
  set(date) {
    const told = Date.parse(date ?? "");
    if (Number.isNaN(told)) return;
    const difference = told - Date.now();
    if (Math.abs(difference - ahead) > TOLERATED_MS) ahead = Math.abs(difference) > TOLERATED_MS ? difference : 0;
  },
};

/** Seconds as 0:42, 12:05, 1:03:20 or, from a day on, "2 d 5 h". */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole >= DAY) {
    return `${Math.floor(whole / DAY)} ${say("day_unit")} ${Math.floor((whole % DAY) / HOUR)} ${say("hour_unit")}`;
  }
  const two = (n) => String(n).padStart(2, "0");
  const minutes = Math.floor((whole % HOUR) / MINUTE);
  if (whole < HOUR) return `${minutes}:${two(whole % MINUTE)}`;
  return `${Math.floor(whole / HOUR)}:${two(minutes)}:${two(whole % MINUTE)}`;
}

const dayOf = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

/** "Today", "Yesterday" or the day itself. */
export function dayName(iso) {
  const date = new Date(iso);
  const days = Math.round((dayOf(new Date(clock.now())) - dayOf(date)) / (DAY * 1000));
  if (days === 0) return say("today");
  if (days === 1) return say("yesterday");
  return fullDay.format(date);
}

export const clockTime = (iso) => hourMinute.format(new Date(iso));
export const fullTime = (iso) => whole.format(new Date(iso));

/** The hour for today, else the day: for lists. */
export function shortTime(iso) {
  const date = new Date(iso);
  return dayOf(date) === dayOf(new Date(clock.now())) ? hourMinute.format(date) : monthDay.format(date);
}

/** Let every <time data-since> on the page run. One beyond its data-due is marked `late`. */
export function runTimers() {
  const tick = () => {
    const now = clock.now();
    for (const element of document.querySelectorAll("time[data-since]")) showTimer(element, now);
  };
  setInterval(tick, 1000);
}

export function showTimer(element, now = clock.now()) {
  const text = duration((now - Date.parse(element.dataset.since)) / 1000);
  if (element.textContent !== text) element.textContent = text;
  const late = Boolean(element.dataset.due) && now > Date.parse(element.dataset.due);
  if (late === element.classList.contains("late")) return;
  element.classList.toggle("late", late);
  element.title = late ? say("waited_long", { t: text }) : "";
}
