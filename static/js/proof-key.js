/** A key that signs for this page's requests and is handed out to nobody (DPoP, RFC 9449). */

import { ApiError } from "./api.js";
import { encodeBytes } from "./inspector/token.js";

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const SIGNED = { name: "ECDSA", hash: "SHA-256" };
const UNSAFE = "This browser makes keys for pages of HTTPS and of localhost alone. Open the site there.";

const bytes = (text) => new TextEncoder().encode(text);
const part = (content) => encodeBytes(bytes(JSON.stringify(content)));

export class ProofKey {
  /** Make one that cannot be exported. */
  static async make() {
    if (!globalThis.crypto?.subtle) throw new ApiError("refused", UNSAFE);
    const { privateKey, publicKey } = await crypto.subtle.generateKey(CURVE, false, ["sign"]);
    const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", publicKey);
    return new ProofKey(privateKey, { kty, crv, x, y });
  }

  constructor(key, jwk) {
    Object.assign(this, { key, jwk, nonce: null });
  }

  /** The proof for one request (section 4.2): its method, its address, and the token it sends. */
  async proof(method, path, token) {
    const { origin, pathname } = new URL(path, location.href);
    const claims = { jti: crypto.randomUUID(), htm: method, htu: origin + pathname };
    claims.iat = Math.floor(Date.now() / 1000);
    if (token) claims.ath = encodeBytes(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes(token))));
    if (this.nonce) claims.nonce = this.nonce;
    const text = `${part({ typ: "dpop+jwt", alg: "ES256", jwk: this.jwk })}.${part(claims)}`;
    return `${text}.${encodeBytes(new Uint8Array(await crypto.subtle.sign(SIGNED, this.key, bytes(text))))}`;
  }

  /** Keep the server's last word, which the next proof has to repeat. */
  learn(nonce) {
    this.nonce = nonce ?? this.nonce;
  }
}
