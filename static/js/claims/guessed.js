/** Of which claims this browser's visitor may see the verdict on the board: they have guessed, or asked for it. */

const KEY = "claims-guessed";

/** The slugs; none where a browser keeps nothing. */
export function guessed() {
  try {
    return new Set(JSON.parse(localStorage.getItem(KEY)));
  } catch {
    return new Set();
  }
}

/** Add some. */
export function remember(slugs) {
  try {
    localStorage.setItem(KEY, JSON.stringify([...new Set([...guessed(), ...slugs])]));
  } catch {
    // A browser that keeps nothing asks again after the next load.
  }
}
