/** How the shop's page keeps a login: one way per house, as its authors would write it. */

import { post } from "./stage.js";

class Keeper {
  constructor({ play, house }) {
    this.root = `/${play}/${house}/`;
  }

  async logIn() {
    const customer = { username: "victim", password: "lamp-and-light" };
    await this.keep(await post(`${this.root}login/`, { ...customer, ...(await this.wanted()) }));
  }

  /** What else the log-in is to be told. */
  async wanted() {
    return {};
  }

  /** Keep what the answer to the log-in has; a cookie keeps itself. */
  async keep() {}

  /** Get ready after the page was loaded. */
  async ready() {}

  /** What the page adds to a request; a cookie adds itself. */
  headers() {
    return {};
  }

  order(item) {
    return post(`${this.root}order/`, { item }, this.headers());
  }
}

class LocalStorage extends Keeper {
  async keep({ access, refresh }) {
    localStorage.setItem("access", access);
    localStorage.setItem("refresh", refresh);
  }

  headers() {
    return { Authorization: `Bearer ${localStorage.getItem("access")}` };
  }
}

class Variable extends Keeper {
  #access = ""; // no other script of the page can read it

  async ready() {
    this.#access = (await post(`${this.root}refresh/`)).access;
  }

  headers() {
    return { Authorization: `Bearer ${this.#access}` };
  }
}

class BoundKey extends Keeper {
  async wanted() {
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
    await store("key", pair);
    const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
    return { jwk: { kty, crv, x, y } };
  }

  async keep({ access }) {
    await store("access", access);
  }
}

/** What a request to the browser's database comes to. */
function answered(request, good = "success") {
  return new Promise((resolve, reject) => {
    request.addEventListener(good, () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}

/** Put something into the browser's database: a key that cannot be exported can lie there. */
async function store(name, value) {
  const opening = indexedDB.open("shop", 1);
  opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore("kept"));
  const database = await answered(opening);
  const writing = database.transaction("kept", "readwrite");
  writing.objectStore("kept").put(value, name);
  await answered(writing, "complete");
  database.close();
}

const KEEPERS = { "local-storage": LocalStorage, variable: Variable, "bound-key": BoundKey };

/** The way of this house; what another house left in the browser is gone. */
export function keeper(told) {
  return new (KEEPERS[told.house] ?? Keeper)(told);
}

/** Forget what an earlier login left in this browser. */
export async function forget() {
  localStorage.clear();
  await answered(indexedDB.deleteDatabase("shop"));
}
