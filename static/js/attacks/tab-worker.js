/* oxlint-disable unicorn/require-post-message-target-origin -- a worker has no other origin */
/** One tab of the shop: it reads the shared refresh token, and spends it when it is told to. */

let token = "";

async function read() {
  const found = await (await caches.open("shop")).match("/refresh");
  token = await found.text();
}

async function refresh(rotate) {
  const response = await fetch(rotate, { method: "POST", body: JSON.stringify({ refresh: token }) });
  token = (await response.json()).refresh;
  if (token) await (await caches.open("shop")).put("/refresh", new Response(token));
}

/** With turns, a tab reads again when it is its turn: another one may have refreshed meanwhile. */
async function inTurn(rotate) {
  await navigator.locks.request("refresh", async () => {
    await read();
    await refresh(rotate);
  });
}

self.addEventListener("message", async ({ data: { word, rotate, turns } }) => {
  if (word === "read") await read();
  else await (turns ? inTurn(rotate) : refresh(rotate));
  self.postMessage("done");
});
