/** The shop's page with the comments. What is written in them, runs here if the shop lets it. */

import { keeper } from "./keeping.js";
import { fail, say, step, told } from "./stage.js";

/** What the script did meanwhile, which the victim does not see. */
async function happened() {
  if (!window.thief) return "The script in the comment did not run.";
  const { tried, ordered } = await window.thief;
  return `The victim sees nothing. Meanwhile the script has ordered ${ordered} of ${tried} gold lamps from this page.`;
}

try {
  await keeper(told).ready();
  document.dispatchEvent(new Event("shop-ready"));
  // A tab that is closed at once would leave the thief no time, so the victim reads to the end.
  say(await happened());
  step(async () => "");
} catch (error) {
  fail(error);
}
