/** What every page of a walk does: wait for the button, work, and go on to the next page. */

const $ = (selector) => document.querySelector(selector);

/** What the server told this page. */
export const told = JSON.parse(document.getElementById("stop-data").textContent);

const LEFT = Symbol("left");
// The walk goes on by itself where its first address said so; the hash comes along.
const byItself = location.hash.endsWith("auto");

/** What an address ends with, so that the walk goes on as it began. */
export const pace = byItself ? "#auto" : "";

/** Say on the page what has happened. */
export function say(words) {
  $("[data-status]").textContent = words;
}

/**
 * Do the work of this page when its button is pressed, or at once in a walk that goes by itself;
 * then go on. What fails stays on the page, with a way back.
 *
 * @param {() => Promise<string | symbol | undefined>} work gives what has happened, in words: they
 *   stay on the page until the visitor presses on
 */
export function step(work) {
  const go = async () => {
    $("[data-next]").disabled = true;
    try {
      const done = await work();
      if (done === LEFT) return;
      if (byItself || !done) return goOn();
      say(done);
      press("Go on", goOn);
    } catch (error) {
      fail(error);
    }
  };
  if (byItself) return go();
  press($("[data-next]").textContent, go);
}

/** Let the page's button do this next. */
function press(words, act) {
  const button = $("[data-next]");
  button.textContent = words;
  button.disabled = false;
  button.addEventListener("click", act, { once: true });
  button.focus();
}

/** What a page's work returns that goes on by itself, as by a form: the walk does nothing then. */
export function leave(go) {
  go();
  return LEFT;
}

function goOn() {
  // A walk that goes by itself leaves no pages behind, to which Back would lead into it again.
  if (byItself) location.replace(told.next + pace);
  else location.assign(told.next);
}

/** Say that the walk cannot go on, and why. */
export function fail(error) {
  const problem = $("[data-problem]");
  problem.textContent = `The walk stopped here: ${error.message}. Go back and begin again.`;
  problem.hidden = false;
}

/** Send JSON to a path of this host, and give the answer's object. */
export async function post(path, body = {}, headers = {}) {
  const response = await fetch(path, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", ...headers },
  });
  const found = response.status === 204 ? {} : await response.json();
  if (!response.ok) throw new Error(found.detail);
  return found;
}

/** Ask another address for a picture; whether it comes makes no difference. */
export function picture(address) {
  return new Promise((resolve) => {
    const image = new Image();
    image.alt = "";
    image.addEventListener("load", () => resolve(image));
    image.addEventListener("error", () => resolve(image));
    image.src = address;
  });
}

export function pause(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
