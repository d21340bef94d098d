/** The page for teachers: its buttons open a room and lead to its notes. */

import { send } from "../api.js";

const { rooms } = JSON.parse(document.getElementById("teachers-data").textContent);
const problem = document.querySelector("[data-problem]");

async function open({ dataset }) {
  const body = { lesson: dataset.open, is_rehearsal: "rehearsal" in dataset };
  try {
    const { status, data } = await send(rooms, { method: "POST", body });
    if (status === 201) location.assign(data.notes);
    else tell(data.detail ?? "The room could not be opened. Load this page again.");
  } catch (error) {
    tell(error.message);
  }
}

function tell(words) {
  problem.textContent = words;
  problem.hidden = false;
}

for (const button of document.querySelectorAll("[data-open]")) {
  button.hidden = false;
  button.addEventListener("click", () => open(button));
}
