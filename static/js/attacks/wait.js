/** A page that waits, and says how long still. */

import { pause, say, step, told } from "./stage.js";

step(async () => {
  for (let left = told.seconds; left > 0; left -= 1) {
    say(`Still ${left} seconds.`);
    await pause(1);
  }
});
