/** What a pair needs from its first step on. Who only looks at the page loads none of it. */

export { Keepsake } from "./keepsake.js";
export { begin } from "./lab-login.js";
export { laneView } from "./lane-view.js";
export { lesson } from "./lesson.js";
