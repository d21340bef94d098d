/** A page that may stand in a frame of a lesson, without the site around it. */

const { classList } = document.documentElement;
export const isEmbedded = classList.contains("embedded");

/** The address of a page of this site, which stays in the frame. */
export function staying(url) {
  const found = new URL(url, location.href);
  if (isEmbedded) found.searchParams.set("embed", classList.contains("projected") ? "screen" : "1");
  return found.href;
}

/** Tell the lesson that this page stands in what was played here, so that its handout can have it. */
export function keepInLesson(what) {
  if (isEmbedded) parent.postMessage({ played: what }, location.origin);
}

/** Go to a page of this site, in the frame that this one stands in. */
export function go(url) {
  location.assign(staying(url));
}
