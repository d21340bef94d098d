/* oxlint-disable unicorn/require-post-message-target-origin -- a worker has no other origin */
/** Several tabs of the shop, each a worker of its own, share one refresh token. */

import { post, step, told } from "./stage.js";

const at = (name) => `/${told.play}/at/${name}/?way=${told.way}`;

/** A tab; `say` sends it a word and gives what it answers. */
function tab() {
  const worker = new Worker(told.worker);
  const say = (word) =>
    new Promise((resolve, reject) => {
      worker.addEventListener("message", ({ data }) => resolve(data), { once: true });
      worker.addEventListener("error", () => reject(new Error("a tab failed")), { once: true });
      worker.postMessage({ word, rotate: at("rotate"), turns: told.way === "locks" });
    });
  return { say, close: () => worker.terminate() };
}

step(async () => {
  const { refresh } = await post(at("begin"));
  const shared = await caches.open("shop");
  await shared.put("/refresh", new Response(refresh));
  const tabs = Array.from({ length: told.tabs }, tab);
  await Promise.all(tabs.map((each) => each.say("read")));
  await Promise.all(tabs.map((each) => each.say("refresh")));
  let signedIn = 0;
  for (const each of tabs) {
    signedIn += (await post(at("alive"))).alive;
    each.close();
  }
  await caches.delete("shop");
  return `All have refreshed. ${signedIn} of ${told.tabs} tabs are still signed in.`;
});
