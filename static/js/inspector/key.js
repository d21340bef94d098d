/** A key as people paste it: a shared secret, a PEM, a JWK or a set of them. */

import { bytesOf } from "./token.js";

const PEM = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/;
const IS_PRIVATE =
  "This is a private key. Whoever has it can make tokens, so it belongs in no page. Paste the public one.";
const OTHER_USE = "This JWK says itself that it is not for checking signatures (use, key_ops).";
/** What to do with a PEM that no browser takes. */
const ADVICE = {
  CERTIFICATE:
    "This is a certificate. Take the key out of it: openssl x509 -pubkey -noout -in certificate.pem",
  "RSA PUBLIC KEY":
    "This is an older form of public key. Rewrite it: openssl rsa -RSAPublicKey_in -in key.pem -pubout",
};
/** The object identifiers in a public key's DER (RFC 3279, 5480 and 8410), the curve after the type. */
const KINDS = [
  ["06092a864886f70d010101", "RSA"],
  ["06082a8648ce3d030107", "P-256"],
  ["06052b81040022", "P-384"],
  ["06052b81040023", "P-521"],
  ["06052b8104000a", "secp256k1"],
  ["06032b6570", "Ed25519"],
];

/** A text that is no key which this page can use. The message says what to do. */
export class KeyProblem extends Error {}

/**
 * Read a key: `{kind, format, material, alg}` as `crypto.subtle.importKey` takes format and material.
 * `kind` is secret, RSA, Ed25519 or the name of a curve; `alg` is what a JWK is bound to, if any.
 *
 * @param {string} text
 * @param {{encoded: boolean, kid: string}} options encoded: a secret is base64url; kid: which of a set
 * @throws {KeyProblem}
 */
export function readKey(text, { encoded, kid }) {
  const bare = text.trim();
  if (!bare) throw new KeyProblem("Paste a secret or a public key first.");
  if (bare.includes("-----BEGIN")) return fromPem(bare);
  if (bare.startsWith("{")) return fromJwk(chosen(parsed(bare), kid));
  // A secret's own spaces count, the line break that copying adds does not.
  return secret(encoded ? decoded(bare, "secret") : new TextEncoder().encode(text.replace(/\r?\n$/, "")));
}

function secret(bytes) {
  return { kind: "secret", format: "raw", material: bytes, alg: null };
}

function decoded(text, what) {
  try {
    return bytesOf(text);
  } catch {
    throw new KeyProblem(`This ${what} is no base64: a character is missing or was added.`);
  }
}

function fromPem(text) {
  const [, label, body] = text.match(PEM) ?? [];
  if (!label) throw new KeyProblem("This PEM has no end. Copy it from -----BEGIN to the last -----.");
  if (label.includes("PRIVATE")) throw new KeyProblem(IS_PRIVATE);
  if (label !== "PUBLIC KEY") throw new KeyProblem(ADVICE[label] ?? `This is no public key: ${label}.`);
  const material = decoded(body.replaceAll(/\s/g, ""), "PEM");
  return { kind: kindOf(material), format: "spki", material, alg: null };
}

function kindOf(der) {
  // The identifiers stand in the first bytes; further behind is the key itself.
  const start = Array.from(der.slice(0, 32), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const found = KINDS.find(([identifier]) => start.includes(identifier));
  if (!found) throw new KeyProblem("There is no key in this PEM that the page knows: RSA, P-256 or Ed25519.");
  return found[1];
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new KeyProblem("This begins like a JWK, but it is no JSON.");
  }
}

function chosen(jwk, kid) {
  if (!Array.isArray(jwk.keys)) return jwk;
  const named = jwk.keys.filter((key) => key?.kid === kid);
  const [key] = jwk.keys.length === 1 ? jwk.keys : named;
  if (!key) throw new KeyProblem("No key of this set has the kid that the token names.");
  return key;
}

function fromJwk({ kty, crv, k, d, x, y, n, e, use, key_ops: uses, alg = null }) {
  if (use === "enc" || (Array.isArray(uses) && !uses.includes("verify"))) throw new KeyProblem(OTHER_USE);
  if (kty === "oct") return { ...secret(decoded(String(k ?? ""), "JWK's k")), alg };
  if (d) throw new KeyProblem(IS_PRIVATE);
  const kind = kty === "RSA" ? "RSA" : crv;
  if (!kind) throw new KeyProblem("This JWK does not say what it is: it has no kty, or no crv.");
  return { kind, format: "jwk", material: { kty, crv, x, y, n, e }, alg };
}
