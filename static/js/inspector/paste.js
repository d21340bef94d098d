/** What a visitor pastes: the token in it, and in words what else it may be. */

const HEADER = /^(?:authorization\s*:\s*)?bearer\s+/i;
const QUOTES = /^["'`]+|["'`,;]+$/g;
const WRAPPED = /\s*[\r\n]\s*/g;
const TOKEN = /eyJ[\w-]*\.[\w-]+\.[\w-]*/g;
// Looking for a token within a text takes long where the text is long.
const SEARCHED = 20_000;

function tokensIn(text) {
  return text.length > SEARCHED ? [] : (text.match(TOKEN) ?? []);
}

/** The token of a text: from a header, in quotes, wrapped by a terminal, or within a command. */
export function tokenIn(text) {
  const cuts = [QUOTES, HEADER, QUOTES, WRAPPED];
  const bare = cuts.reduce((rest, cut) => rest.replace(cut, ""), text.trim());
  if (/^[\w.-]*$/.test(bare)) return bare;
  const found = tokensIn(text);
  return found.length === 1 ? found[0] : bare;
}

/** What to say below the field. */
export function describe(text) {
  const dots = tokenIn(text).split(".").length - 1;
  if (tokensIn(text).length > 1) return "There are several tokens in it. Paste one.";
  if (dots === 4) {
    return "Five parts: an encrypted token (JWE). Only who has its key can read it.";
  }
  if (text.trim() && dots === 0) {
    return "No dots: this is no JSON Web Token. It may be a session cookie: see below.";
  }
  return "Three parts with dots between them.";
}
