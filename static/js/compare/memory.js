/** What survives a reload of the page, in this tab alone. No credential is in it. */

const KEY = "try-it";

/** What was kept, or nothing where a browser keeps nothing. */
export function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

/** @param {{pair: string[], lanes: object[], played: object}} state */
export function keep(state) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    // A browser that keeps nothing only loses the state with a reload.
  }
}
