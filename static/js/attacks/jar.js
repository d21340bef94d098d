/** The shop's page: log in with five cookies and a token, and order by its own form. */

import { post, step, told } from "./stage.js";

step(async () => {
  const { csrf, access } = await post(`/${told.play}/at/jar/`);
  localStorage.setItem("access", access);
  const headers = { Authorization: `Bearer ${access}` };
  const body = new URLSearchParams({ item: "lamp", csrf });
  await fetch(`/${told.play}/at/order/?by=own`, { method: "POST", body, headers });
  return "The victim is logged in, and has ordered a lamp. Now the victim opens other pages.";
});
