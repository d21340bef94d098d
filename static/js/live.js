/** A form that the server answers as it is turned: what it says takes the place of what stood there. */

const PAUSE = 120; // ms without a move, after which the server is asked

/**
 * Follow a form: its button is hidden, and the page of what is set now is asked for. Each part with
 * `data-live` is replaced by the one with its id; those named in `waiting` pale until then.
 */
export function follow(form, waiting) {
  const busy = form.querySelector("[data-busy]");
  let asked = null;
  let pause = 0;

  form.querySelector("[data-submit]").hidden = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  document.addEventListener("input", (event) => {
    if (event.target.form !== form) return;
    work(true);
    clearTimeout(pause);
    pause = setTimeout(ask, PAUSE);
  });
  window.addEventListener("popstate", () => location.reload());

  /** Ask for the page of what is set now; an answer that was overtaken is dropped. */
  async function ask() {
    asked?.abort();
    asked = new AbortController();
    const url = `${location.pathname}?${new URLSearchParams(new FormData(form))}`;
    try {
      const response = await fetch(url, { signal: asked.signal });
      if (!response.ok && response.status !== 400) throw new Error(response.statusText);
      show(new DOMParser().parseFromString(await response.text(), "text/html"));
      history.replaceState(null, "", url);
      work(false);
    } catch (error) {
      if (error.name !== "AbortError") form.submit(); // the browser shows what is wrong
    }
  }

  /** Show that what stands there is not yet the answer to what is set. */
  function work(flag) {
    busy.hidden = !flag;
    for (const id of waiting) {
      document.getElementById(id).setAttribute("aria-busy", String(flag));
    }
  }
}

/** Put each part of the new page into the place of the one with its id. */
function show(page) {
  for (const part of document.querySelectorAll("[data-live]")) {
    part.replaceChildren(...document.adoptNode(page.getElementById(part.id)).childNodes);
  }
}
