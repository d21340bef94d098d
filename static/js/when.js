/** Moments in the visitor's own words: `today 14:27`, or the date. */

import { clockTime } from "./format.js";

/** @param {string} iso a moment as the server writes it */
export function when(iso) {
  const moment = new Date(iso);
  const time = moment.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
  const isToday = moment.toDateString() === new Date().toDateString();
  return `${isToday ? "today" : moment.toLocaleDateString()} ${time}`;
}

/** `today at 14:27:10`, or the date and the time, of a Unix time; null where it is none. */
export function exactly(unix) {
  const moment = new Date(typeof unix === "number" ? unix * 1000 : Number.NaN);
  if (Number.isNaN(moment.valueOf())) return null;
  const isToday = moment.toDateString() === new Date().toDateString();
  return `${isToday ? "today" : moment.toLocaleDateString()} at ${clockTime(unix)}`;
}

/** Rewrite what the server wrote in UTC. */
export function localTimes(root = document) {
  for (const node of root.querySelectorAll("time[datetime]")) {
    node.textContent = when(node.dateTime);
  }
}
