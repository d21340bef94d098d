/** A page of the thief that sends a form to the shop; the answer is the walk's next page. */

import { leave, pace, step, told } from "./stage.js";

step(async () => {
  const form = document.querySelector("[data-form]");
  form.action = `${told.shop}${told.action}${pace}`;
  return leave(() => form.submit());
});
