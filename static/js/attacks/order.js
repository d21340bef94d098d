/** The shop's page: order a lamp. A refusal is an answer, too: the walk goes on. */

import { keeper } from "./keeping.js";
import { step, told } from "./stage.js";

step(async (say) => {
  const shop = keeper(told);
  await shop.ready();
  await shop.order("lamp").catch((error) => say(error.message));
});
