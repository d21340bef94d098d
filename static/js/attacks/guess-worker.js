/* oxlint-disable unicorn/require-post-message-target-origin -- a worker has no other origin */
/** Sign with one word after the other, until the signature is that of the token. */

const ALGORITHM = { name: "HMAC", hash: "SHA-256" };
const EACH = 500; // words between two reports

const text = new TextEncoder();

function bytes(part) {
  return Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.codePointAt(0));
}

async function fits(word, signed, signature) {
  const key = await crypto.subtle.importKey("raw", text.encode(word), ALGORITHM, false, ["verify"]);
  return crypto.subtle.verify(ALGORITHM, key, signature, signed);
}

async function guess({ token, words }) {
  const [header, payload, end] = token.split(".");
  const [signed, signature] = [text.encode(`${header}.${payload}`), bytes(end)];
  const begun = performance.now();
  let tried = 0;
  let secret = "";
  while (!secret && tried < words.length) {
    const some = words.slice(tried, tried + EACH);
    const found = await Promise.all(some.map((word) => fits(word, signed, signature)));
    secret = some[found.indexOf(true)] ?? "";
    tried += secret ? found.indexOf(true) + 1 : some.length;
    self.postMessage({ tried });
  }
  self.postMessage({ done: true, secret, tried, seconds: (performance.now() - begun) / 1000 });
}

self.addEventListener("message", ({ data }) => guess(data));
