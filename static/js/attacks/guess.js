/* oxlint-disable unicorn/require-post-message-target-origin -- a worker has no other origin */
/** The thief's page: let a worker try words, and tell what it found. */

import { post, step, told } from "./stage.js";

const at = (name) => `/${told.play}/at/${name}/?way=${told.way}`;

/** Try the words in a worker; gives `{secret, tried, seconds}`. */
function guess(token, words) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(told.worker);
    worker.addEventListener("message", ({ data }) => {
      document.querySelector("[data-tried]").value = data.tried;
      if (data.done) resolve(data);
    });
    worker.addEventListener("error", () => reject(new Error("the worker failed")));
    worker.postMessage({ token, words });
  });
}

step(async () => {
  const { token } = await post(at("token"));
  const words = (await (await fetch(at("words"))).text()).split("\n");
  const { secret, tried, seconds } = await guess(token, words);
  await post(at("found"), { secret, tried, seconds });
  return secret ? `The secret is “${secret}”. The thief can sign tokens with it.` : "None of them is the secret.";
});
