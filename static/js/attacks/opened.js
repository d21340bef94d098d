/** The page behind the link: it takes what the address carries, and shows an advert. */

import { pace, picture, step, told } from "./stage.js";

const carried = new URLSearchParams(location.search || location.hash.slice(1));
const secret = carried.get("token") ?? carried.get("code");

if (told.replace) history.replaceState(null, "", location.pathname + pace);

step(async () => {
  const body = new URLSearchParams({ secret, history: location.href.includes(secret) ? "yes" : "no" });
  const response = await fetch(`/${told.play}/at/open/?way=${told.way}`, { method: "POST", body });
  const { customer } = await response.json();
  const advert = await picture(`${told.evil}/${told.play}/at/advert/?way=${told.way}`);
  document.querySelector("[data-advert]").append(advert);
  const who = customer ? `The link has logged in “${customer}”.` : "The link logs nobody in.";
  return `${who} The advert’s server has been asked for its picture.`;
});
