/** Verify a token with a visitor's own key. Everything is computed here, nothing is sent. */

import { KeyProblem, readKey } from "./key.js";
import { hmacSha256 } from "./sha256.js";
import { bytesOf, encodeBytes } from "./token.js";

const rsa = { kind: "RSA", name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", least: 2048 };
const ecdsa = { kind: "P-256", name: "ECDSA", namedCurve: "P-256", hash: "SHA-256", signature: 64 };
const hmac = (bits) => ({ kind: "secret", name: "HMAC", hash: `SHA-${bits}`, least: bits / 8 });
const eddsa = { kind: "Ed25519", name: "Ed25519", signature: 64 };
/** What each alg wants (RFC 7518, sections 3.2 to 3.4; RFC 8037, section 3.1; RFC 9864). */
const ALGORITHMS = {
  HS256: hmac(256),
  HS384: hmac(384),
  HS512: hmac(512),
  RS256: rsa,
  ES256: ecdsa,
  EdDSA: eddsa,
  Ed25519: eddsa,
};
const WANTS = {
  secret: "a shared secret",
  RSA: "an RSA public key",
  "P-256": "a public key on the curve P-256",
  Ed25519: "an Ed25519 public key",
};
const INSECURE =
  "This page came over plain http, and there browsers switch their cryptography off " +
  "(crypto.subtle). Open it by https or as localhost. HS256 works here all the same: this page " +
  "brings its own.";

/**
 * Whether the signature of a draft was made with a key.
 *
 * @param {import("./token.js").Draft} draft
 * @param {string} text the key as it was pasted
 * @param {{encoded: boolean}} options encoded: a secret is base64url
 * @returns {Promise<{genuine: boolean, alg: string, warning: string}>}
 * @throws {KeyProblem} the key cannot be used for this token; the message says why
 */
export async function verify(draft, text, { encoded }) {
  const { alg, kid, crit } = draft.json("header");
  const wanted = Object.hasOwn(ALGORITHMS, alg) ? ALGORITHMS[alg] : null;
  if (!wanted) throw new KeyProblem(unknown(alg));
  // RFC 7515, section 4.1.11: who does not understand what is critical refuses the token.
  if (crit !== undefined) throw new KeyProblem("The header has crit: rules that this page does not know.");
  const key = readKey(text, { encoded, kid });
  fits(key, wanted, alg);
  const signature = signatureOf(draft, wanted, alg);
  const message = new TextEncoder().encode(draft.signed);
  const { genuine, size } = await judged(wanted, key, signature, message);
  return { genuine, alg, warning: weakness(wanted, size, alg) };
}

function unknown(alg) {
  if (alg === "none") return "The token says alg none: it has no signature, so there is nothing to check.";
  const names = Object.keys(ALGORITHMS).slice(0, -1).join(", ");
  return `The token says alg ${JSON.stringify(alg ?? null)}. This page knows ${names}.`;
}

function fits({ kind, alg: bound }, wanted, alg) {
  if (kind === wanted.kind && (!bound || bound === alg)) return;
  if (kind === wanted.kind) throw new KeyProblem(`This key is for ${bound} alone, and the token says ${alg}.`);
  const given = WANTS[kind] ?? `a key on the curve ${kind}`;
  const trap =
    wanted.kind === "secret"
      ? " A server that took the public key for the secret would accept forged tokens: HS/RS confusion."
      : "";
  throw new KeyProblem(`The token says ${alg}, which wants ${WANTS[wanted.kind]}. This is ${given}.${trap}`);
}

function signatureOf(draft, { signature: length }, alg) {
  for (const part of ["header", "payload"]) strictly(draft.encoded(part), part);
  const bytes = strictly(draft.texts.signature, "signature");
  if (length && bytes.length !== length) {
    throw new KeyProblem(`A signature by ${alg} has ${length} bytes, this one ${bytes.length}.`);
  }
  return bytes;
}

/** The bytes of a part; the same bytes have other spellings, which a strict server refuses. */
function strictly(text, part) {
  try {
    const bytes = bytesOf(text);
    if (encodeBytes(bytes) === text) return bytes;
  } catch {
    // No base64 at all
  }
  throw new KeyProblem(`The ${part} is no base64url: it was cut short, or a character was added.`);
}

async function judged(wanted, { format, material }, signature, message) {
  if (!crypto.subtle) return judgedWithout(wanted, material, signature, message);
  const algorithm = { name: wanted.name, hash: wanted.hash, namedCurve: wanted.namedCurve };
  const key = await imported(format, material, algorithm);
  const genuine = await crypto.subtle.verify(algorithm, key, signature, message);
  return { genuine, size: key.algorithm.modulusLength ?? material.length };
}

async function imported(format, material, algorithm) {
  try {
    return await crypto.subtle.importKey(format, material, algorithm, false, ["verify"]);
  } catch (error) {
    if (error.name === "NotSupportedError") {
      throw new KeyProblem(`This browser cannot check ${algorithm.name}. A newer one can.`);
    }
    throw new KeyProblem("The key is damaged: the browser cannot read it. Copy it once more.");
  }
}

function judgedWithout({ kind, hash }, material, signature, message) {
  if (kind !== "secret" || hash !== "SHA-256") throw new KeyProblem(INSECURE);
  const made = hmacSha256(material, message);
  const genuine = made.length === signature.length && made.every((byte, at) => byte === signature[at]);
  return { genuine, size: material.length };
}

/** What is wrong with a key although it fits, or nothing. */
function weakness({ kind, least }, size, alg) {
  if (!(size < least)) return "";
  if (kind === "RSA") return `The key has ${size} bits. RFC 7518 wants ${least} or more.`;
  return (
    `The secret has ${size} bytes, and ${alg} wants ${least} random ones (RFC 7518, section 3.2). ` +
    "Who holds one token can try out secrets at home, without asking any server."
  );
}
