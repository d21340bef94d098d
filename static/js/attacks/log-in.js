/** The shop's log-in page. */

import { forget, keeper } from "./keeping.js";
import { step, told } from "./stage.js";

step(async () => {
  await forget();
  await keeper(told).logIn();
});
