/** Frames with pages of this site: each as high as its page, up to the height that CSS allows. */

function follow(frame) {
  const page = frame.contentDocument?.documentElement;
  if (!page?.classList.contains("embedded")) return;
  const fit = () => {
    frame.style.height = `${Math.ceil(page.getBoundingClientRect().height) + 2}px`;
  };
  new ResizeObserver(fit).observe(page);
}

/** Let the frames of a part of the page follow their pages from now on. */
export function fitFrames(root = document) {
  for (const frame of root.querySelectorAll("[data-frame]")) {
    frame.addEventListener("load", () => follow(frame));
    follow(frame); // it may have loaded before
  }
}
