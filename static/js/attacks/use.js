/** The thief's window, after the victim's tab was closed. */

import { pause, post, step, told } from "./stage.js";

step(async (say) => {
  if (told.wait) {
    say("The thief waits a moment.");
    await pause(told.wait);
  }
  const { orders, ordered } = await post(`/${told.play}/${told.house}/use/`);
  say(`${ordered} of ${orders} orders accepted.`);
});
