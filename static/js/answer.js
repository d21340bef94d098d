/** The answer follows the sliders: the server ranks. */

import { duration } from "./format.js";
import { follow } from "./live.js";

const form = document.querySelector("[data-system]");

/** The figures of the sliders as the server says them. */
const SAID = {
  distance_ms: (value) => `${value} ms`,
  late_s: (value) => (value ? `within ${duration(value)}` : "at once"),
  per_hour: (value) => value.toLocaleString("en"),
  services: String,
  header_bytes: (value) => `${value.toLocaleString("en")} B`,
};

document.addEventListener("input", (event) => {
  const { form: owner, name, value } = event.target;
  if (owner !== form || !(name in SAID)) return;
  document.getElementById(`said-${name}`).textContent = SAID[name](Number(value));
});
follow(form, ["takes", "ranked", "pair"]);
