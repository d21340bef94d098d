/** The answer follows the sliders: the server ranks, and what it says takes the place of what stood there. */

const form = document.querySelector("[data-system]");
let asked = null;

form.querySelector("[data-submit]").hidden = true;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
document.addEventListener("input", (event) => {
  if (event.target.form === form) ask();
});
window.addEventListener("popstate", () => location.reload());

/** Ask for the page of what is set now; an answer that was overtaken is dropped. */
async function ask() {
  asked?.abort();
  asked = new AbortController();
  const url = `${location.pathname}?${new URLSearchParams(new FormData(form))}`;
  try {
    const answer = await fetch(url, { signal: asked.signal });
    if (!answer.ok && answer.status !== 400) throw new Error(answer.statusText);
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    history.replaceState(null, "", url);
  } catch (error) {
    if (error.name !== "AbortError") form.submit(); // the browser shows what is wrong
  }
}

/** Put each part of the new page into the place of the one with its id. */
function show(page) {
  for (const part of document.querySelectorAll("[data-live]")) {
    part.replaceChildren(...document.adoptNode(page.getElementById(part.id)).childNodes);
  }
}
