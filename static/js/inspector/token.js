/** A compact token as three editable parts. What is not edited keeps its exact bytes. */

import { hmacSha256 } from "./sha256.js";

const encoder = new TextEncoder();

/** Bytes as base64url without padding (RFC 7515, section 2). */
function encodeBytes(bytes) {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function encodeText(text) {
  return encodeBytes(encoder.encode(text));
}

function decodeText(part) {
  const binary = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
  return new TextDecoder("utf-8", { fatal: true }).decode(
    Uint8Array.from(binary, (character) => character.charCodeAt(0)),
  );
}

/** JSON indented for reading; text that is not JSON, or not base64url, as it is. */
function readable(part) {
  try {
    const text = decodeText(part);
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return part;
  }
}

/** A token being edited. */
export class Draft {
  /** @param {string} token @param {{secret?: boolean}} options secret: do not show the signature */
  constructor(token, { secret = false } = {}) {
    const [header = "", payload = "", ...rest] = token.trim().split(".");
    this.secret = secret;
    this.original = { header, payload, signature: rest.join(".") };
    this.shown = { header: readable(header), payload: readable(payload) };
    this.texts = { ...this.shown, signature: this.original.signature };
  }

  /** Set one part's text: JSON for the header and the payload. */
  edit(part, text) {
    this.texts[part] = text;
  }

  /** Change fields of a part that is JSON. */
  change(part, fields) {
    this.edit(part, JSON.stringify({ ...this.json(part), ...fields }, null, 2));
  }

  /** A part as an object; empty when it is not one. */
  json(part) {
    try {
      return JSON.parse(this.texts[part]);
    } catch {
      return {};
    }
  }

  /** The header and payload as they are sent, which is what a signature covers. */
  get signed() {
    return `${this.encoded("header")}.${this.encoded("payload")}`;
  }

  /** The token as it is sent. */
  get token() {
    return `${this.signed}.${this.texts.signature.trim()}`;
  }

  encoded(part) {
    const text = this.texts[part];
    if (text === this.shown[part]) return this.original[part];
    try {
      return encodeText(JSON.stringify(JSON.parse(text)));
    } catch {
      return encodeText(text);
    }
  }
}

/** Sign with HMAC-SHA-256, as a forger would with a key that it hopes the server uses. */
export async function hmac(text, secret) {
  return encodeBytes(await hmacBytes(encoder.encode(text), secret));
}

async function hmacBytes(message, secret) {
  if (!crypto.subtle) return hmacSha256(secret, message); // it is there on secure origins alone
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", secret, algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, message));
}
