/** Past this machine: each choice becomes a slider, and the simulation can be played once more. */

import { follow } from "../live.js";

const form = document.querySelector("[data-system]");
for (const choice of form.querySelectorAll("select")) slide(choice);
follow(form, ["said", "reach", "figures"]);

/** A slider over the options of a choice. The choice stays what is sent; it is no longer seen. */
function slide(choice) {
  const slider = document.createElement("input");
  const output = document.createElement("output");
  const label = form.querySelector(`label[for="${choice.id}"]`);
  slider.type = "range";
  slider.max = choice.options.length - 1;
  slider.value = choice.selectedIndex; // after max, which bounds it
  slider.id = `slider-${choice.name}`;
  output.htmlFor = slider.id;
  label.htmlFor = slider.id;
  const say = () => {
    output.textContent = choice.selectedOptions[0].text;
    slider.setAttribute("aria-valuetext", output.textContent);
  };
  slider.addEventListener("input", () => {
    choice.selectedIndex = slider.valueAsNumber;
    say();
  });
  say();
  choice.hidden = true;
  choice.after(slider, output);
}

const again = document.querySelector("[data-simulate]");
const status = document.querySelector("[data-simulated]");
let seed = Number(again.dataset.seed);
again.hidden = false;
again.addEventListener("click", async () => {
  again.disabled = true;
  seed = (seed % Number(again.dataset.seeds)) + 1;
  try {
    for (const part of document.querySelectorAll("[data-size]")) await play(part);
    status.textContent = `Played again on this server, with another chance (seed ${seed}).`;
  } catch (error) {
    status.textContent = `It could not be played: ${error.message}`;
  }
  again.disabled = false;
});

/** Play one size; the server counts, and what came of it takes the place of what stood there. */
async function play(part) {
  status.textContent = `Playing ${part.dataset.title} …`;
  const query = new URLSearchParams({ size: part.dataset.size, seed });
  const response = await fetch(`${again.dataset.simulate}?${query}`);
  if (!response.ok) throw new Error(response.status === 503 ? "somebody else plays it just now" : response.statusText);
  const { html } = await response.json();
  part.innerHTML = html; // made by the same template as before
}
