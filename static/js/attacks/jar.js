/** The shop's page: log in with five cookies, and order by its own form. */

import { post, step, told } from "./stage.js";

step(async () => {
  const { csrf } = await post(`/${told.play}/at/jar/`);
  const body = new URLSearchParams({ item: "lamp", csrf });
  await fetch(`/${told.play}/at/order/?by=own`, { method: "POST", body });
});
