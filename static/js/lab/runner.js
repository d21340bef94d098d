/** Plays cells of the matrix in one request, whose answer grows by a line per cell. */

import { ApiError, sendForLines } from "../api.js";

/**
 * Play each strategy against each event and give the answers as they are ready.
 * Aborting stops the server too: what has not begun does not begin.
 *
 * @param {string} url of the API
 * @param {{strategies: string[], events: string[]}} chosen by slug
 * @param {{signal: AbortSignal, queued: (place: number) => void}} options the signal ends it without
 *   an error; `queued` gets the place in the line while others play
 * @throws {ApiError}
 */
export async function* play(url, chosen, { signal, queued }) {
  let missing = chosen.strategies.length * chosen.events.length;
  try {
    for await (const answer of sendForLines(url, { method: "POST", body: chosen, signal, queued })) {
      missing -= 1;
      yield answer;
    }
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }
  if (missing) throw new ApiError("server", "The server ended the run early. Run the rest again.");
}

/** The strategies and events of some cells, each once. */
export function chosenFrom(cells) {
  const unique = (name) => [...new Set(cells.map(({ dataset }) => dataset[name]))];
  return { strategies: unique("strategy"), events: unique("event") };
}
