/** The thief's window, after the victim's tab was closed. */

import { pause, post, say, step, told } from "./stage.js";

step(async () => {
  if (told.wait) {
    say("The thief waits a moment.");
    await pause(told.wait);
  }
  const { orders, ordered } = await post(`/${told.play}/${told.house}/use/`);
  return `The thief’s own server has ordered ${ordered} of ${orders} gold lamps. The victim’s browser was not asked.`;
});
