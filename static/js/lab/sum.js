/** What the cells on show add up to, in a sentence or two. */

import { count } from "../format.js";

/** @param {HTMLElement[]} cells of the matrix; those without a tone were not played */
export function sum(cells) {
  const tones = cells.map((cell) => cell.dataset.tone).filter(Boolean);
  const number = (tone) => tones.filter((found) => found === tone).length;
  const others = cells.filter((cell) => cell.querySelector(".cell__also")).length;
  const differ = cells.filter((cell) => cell.querySelector(".cell__differs")).length;
  return [
    `In ${number("vulnerable")} of ${count(tones.length - number("none"), "cell")} the stolen copy still gets the thief in, or gets the old role.`,
    `In ${number("safe")} it is refused at once or shows only fresh facts${later(number("later"))}.`,
    number("expected") ? `In ${number("expected")} it works on, as it is meant to.` : "",
    number("collateral") ? `In ${number("collateral")} it is refused although nobody was meant to notice.` : "",
    others ? `In ${others} the user's other device is logged out too, although nobody meant it.` : "",
    number("broken") ? `${count(number("broken"), "cell")} broke.` : "",
    declared(differ),
  ]
    .filter(Boolean)
    .join(" ");
}

function later(number) {
  return number ? `, in ${number} it is refused after a while` : "";
}

function declared(differ) {
  if (!differ) return "Every strategy did what it declares.";
  return `${count(differ, "cell")} measured something else than the strategy declares.`;
}
