/** A throwaway user of the lab may be deleted at any time, which says nothing about a strategy. */

import { send } from "./api.js";

/** Ask whether a user is still there, and raise nothing: without an answer it is taken to be. */
export async function isGone(usersUrl, username) {
  try {
    const { status } = await send(`${usersUrl}${username}/`);
    return status === 404;
  } catch {
    return false;
  }
}
