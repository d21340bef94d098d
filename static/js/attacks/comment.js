/** The shop's page with the comments. What is written in them, runs here if the shop lets it. */

import { keeper } from "./keeping.js";
import { fail, step, told } from "./stage.js";

try {
  await keeper(told).ready();
  document.dispatchEvent(new Event("shop-ready"));
  // A tab that is closed at once would leave the thief no time, so the victim reads to the end.
  step(() => window.thief);
} catch (error) {
  fail(error);
}
