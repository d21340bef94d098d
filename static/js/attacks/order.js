/** The shop's page: order a lamp. A refusal is an answer, too: the walk goes on. */

import { keeper } from "./keeping.js";
import { step, told } from "./stage.js";

step(async () => {
  const shop = keeper(told);
  await shop.ready();
  try {
    const { account } = await shop.order("lamp");
    return `The shop has put the lamp into the account of “${account}”.`;
  } catch (error) {
    return error.message;
  }
});
