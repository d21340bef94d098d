/** A page that may stand in a frame of a lesson, without the site around it. */

export const isEmbedded = document.documentElement.classList.contains("embedded");

/** The address of a page of this site, which stays in the frame. */
export function staying(url) {
  const found = new URL(url, location.href);
  if (isEmbedded) found.searchParams.set("embed", "1");
  return found.href;
}

/** Go to a page of this site, in the frame that this one stands in. */
export function go(url) {
  location.assign(staying(url));
}
