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
    `In ${number("safe")} it is stopped at once, or served the new role${later(number("later"))}.`,
    number("expected") ? `In ${number("expected")} it still works, and should.` : "",
    number("collateral") ? `In ${number("collateral")} it throws out who should stay.` : "",
    others ? `In ${others} the user's other device is logged out too, although nobody meant it.` : "",
    number("broken") ? `${count(number("broken"), "experiment")} failed.` : "",
    declared(differ),
  ]
    .filter(Boolean)
    .join(" ");
}

function later(number) {
  return number ? `, in ${number} it is refused after a while` : "";
}

function declared(differ) {
  if (!differ) return "All came out as expected.";
  return `${count(differ, "cell")} came out otherwise than expected.`;
}
