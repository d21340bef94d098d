/** A page of the thief: it knows the shop's address, and lets the browser add the cookies. */

import { leave, pace, picture, step, told } from "./stage.js";

const order = (by) => `${told.shop}/${told.play}/at/order/?by=${by}&from=${told.from}${told.age}`;

async function unseen() {
  await picture(order("image"));
  const body = new URLSearchParams({ item: "gold lamp" });
  await fetch(order("fetch"), { method: "POST", mode: "no-cors", credentials: "include", body });
}

// The shop's answer is the walk's next page, so the browser goes there by the form or link itself.
const onwards = `${order(told.way)}&to=${told.to}${pace}`;

step(async () => {
  if (told.way === "form") {
    await unseen();
    const form = document.querySelector("[data-form]");
    form.action = onwards;
    return leave(() => form.submit());
  }
  const link = document.querySelector("[data-link]");
  link.href = onwards;
  return leave(() => link.click());
});
