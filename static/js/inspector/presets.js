/** The classic forgeries. Each changes the draft the way an attacker would. */

import { hmac } from "./token.js";

const YEAR = 31_536_000;
// HMAC pads its key with zeros: one zero byte is the same key as an empty file.
const EMPTY_FILE = new Uint8Array([0]);

const NO_PUBLIC_KEY = "the signature stays, for this key is secret: there is no public one to sign with";

/** By name: `forge(draft, publicKey)`, which asks this server for its own. What gives words cannot do all that the attacker would. */
export const presets = {
  none(draft) {
    draft.change("header", { alg: "none" });
    draft.edit("signature", "");
  },

  user(draft) {
    const current = Number.parseInt(draft.json("payload").user_id, 10) || 1;
    draft.change("payload", { user_id: String(current === 1 ? 2 : 1) });
  },

  exp(draft) {
    const { exp } = draft.json("payload");
    draft.change("payload", { exp: (exp ?? Math.floor(Date.now() / 1000)) + YEAR });
  },

  async confusion(draft, publicKey) {
    const { alg } = draft.json("header");
    const known = await publicKey();
    if (!known) {
      draft.change("header", { alg: alg === "RS256" ? "HS256" : "RS256" });
      return NO_PUBLIC_KEY;
    }
    draft.change("header", { alg: "HS256" });
    draft.edit("signature", await hmac(draft.signed, new TextEncoder().encode(known)));
  },

  async kid(draft) {
    draft.change("header", { kid: "../../../../dev/null" });
    draft.edit("signature", await hmac(draft.signed, EMPTY_FILE));
  },
};
