/** Moments of the visitor's own time zone: `today 14:27`, or the date as the server writes it. */

import { clockTime, ISO } from "./format.js";

/** @param {string} iso a moment as the server writes it */
export function when(iso) {
  const moment = new Date(iso);
  const time = moment.toLocaleTimeString(ISO, { hour: "2-digit", minute: "2-digit" });
  return `${day(moment)} ${time}`;
}

/** `today at 14:27:10`, or the date and the time, of a Unix time; null where it is none. */
export function exactly(unix) {
  const moment = new Date(typeof unix === "number" ? unix * 1000 : Number.NaN);
  if (Number.isNaN(moment.valueOf())) return null;
  return `${day(moment)} at ${clockTime(unix)}`;
}

function day(moment) {
  const isToday = moment.toDateString() === new Date().toDateString();
  return isToday ? "today" : moment.toLocaleDateString(ISO);
}

/** Rewrite what the server wrote in UTC. */
export function localTimes(root = document) {
  for (const node of root.querySelectorAll("time[datetime]")) {
    node.textContent = when(node.dateTime);
  }
}
