/** A transcript: draws each exchange from its trace, copies commands, plays the scenario again. */

import { copyButtons } from "./clipboard.js";
import { sequenceFigure } from "./diagram.js";
import { go, keepInLesson } from "./embedded.js";
import { play } from "./lab/runner.js";
import { THIEF } from "./sequence.js";
import { localTimes } from "./when.js";

const SENDERS = { A: "Device A", B: "Device B", thief: THIEF, staff: "Staff" };

const data = JSON.parse(document.getElementById("lab-data").textContent);
const notice = document.querySelector("[data-status]");
const again = document.querySelector("[data-again]");

for (const details of document.querySelectorAll("[data-exchange]")) {
  details.addEventListener("toggle", () => draw(details));
}

/** Draw an exchange when it is opened first: what is folded has no width to draw to. */
function draw(details) {
  const node = details.querySelector("[data-diagram]:empty");
  if (!details.open || !node) return;
  const { trace, who, response } = data.exchanges[details.dataset.exchange];
  const options = { sender: SENDERS[who], answer: answered(response), width: node.clientWidth };
  node.append(sequenceFigure(trace, data.family, options));
}

function answered({ status, body }) {
  if (body?.user) return JSON.stringify({ username: body.user.username });
  return status < 400 ? "OK" : (body?.verdict?.code ?? "");
}

async function playAgain() {
  again.disabled = true;
  notice.textContent = "Playing it again.";
  const chosen = { strategies: [data.strategy], events: [data.event] };
  try {
    for await (const { url } of play(data.runsUrl, chosen, new AbortController().signal)) {
      keepInLesson({ link: url });
      go(url);
    }
  } catch (error) {
    const problem = document.querySelector("[data-problem]");
    problem.textContent = error.message;
    problem.hidden = false;
    again.disabled = false;
  }
}

document.querySelectorAll("[data-exchange]").forEach(draw);
localTimes();
copyButtons((words) => {
  notice.textContent = words;
});
again.hidden = false;
again.addEventListener("click", playAgain);
