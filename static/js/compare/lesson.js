/** What the two lanes teach: words chosen by the outcomes, figures taken from the traces. */

import { el } from "../dom.js";
import { bytes, count, microseconds, sentence } from "../format.js";

const [LOGIN, REQUEST, LOGOUT, REPLAY] = [0, 1, 2, 3];

/** Pairs worth seeing, in an order that tells the story. */
const STORY = [
  ["session-db", "jwt-user"],
  ["session-db", "jwt-blacklist"],
  ["session-db", "jwt-blacklist-joined"],
  ["session-joined", "jwt-blacklist-joined"],
  ["session-joined", "opaque"],
  ["session-signed", "jwt-stateless"],
];

/** How the codes of what merely ran out end. */
const EXPIRED = /expired$/;

/** For a family whose copy was accepted: what can refuse it, the plain way first. */
const REVOCABLE = {
  session: ["session-db", "session-joined"],
  jwt: ["jwt-blacklist", "jwt-blacklist-joined"],
  opaque: ["opaque"],
};

/**
 * @param {number} step shown, 0 to 3
 * @param {{strategy: object, results: object[]}[]} lanes left and right, with that step done
 * @returns {{title: string, words: (string|Node)[]}}
 */
export function lesson(step, lanes) {
  const tell = [afterLogin, afterRequest, afterLogout, afterReplay][step];
  const over = lanes.filter((lane) => refusedBrowser(lane, step));
  return over.length ? endedBefore(over) : tell(lanes);
}

/** The answer that refused a lane's own browser, up to this step: the story ends there. */
function refusedBrowser({ results }, step) {
  return results.slice(0, Math.min(step, LOGOUT) + 1).find(({ verdict }) => !verdict.accepted);
}

function endedBefore(over) {
  return {
    title: "That login had already ended",
    words: [
      ...over.flatMap((lane) => [
        name(lane.strategy),
        ` refused its own browser: ${sentence(refusedBrowser(lane, LOGOUT).verdict.reason)} `,
      ]),
      "This says nothing about the log-out. Start again to see the whole story.",
    ],
  };
}

/**
 * The pair of slugs to look at next, or null when all were seen.
 *
 * @param {Set<string>} seen names of pairs that were replayed
 * @param {(slug: string) => boolean} known whether this server has the strategy
 */
export function nextPair(lanes, seen, known) {
  const usable = (pair) => pair.every(known) && pair[0] !== pair[1] && !seen.has(pairName(pair));
  return [mended(lanes), ...STORY].find(usable) ?? null;
}

/** The pair with a strategy that refuses in place of each one that did not. */
function mended(lanes) {
  const open = lanes.filter(({ results }) => results[REPLAY].verdict.accepted);
  const taken = lanes.filter((lane) => !open.includes(lane)).map(({ strategy }) => strategy.slug);
  return lanes.map((lane) => {
    if (!open.includes(lane)) return lane.strategy.slug;
    taken.push(REVOCABLE[lane.strategy.family].find((slug) => !taken.includes(slug)));
    return taken.at(-1);
  });
}

/** A pair of slugs as one word. */
export function pairName(pair) {
  return pair.join("|");
}

function afterLogin(lanes) {
  const [left, right] = lanes.map(({ results }) => bytes(results[LOGIN].storage.browser.bytes ?? 0));
  return {
    title: "Both are logged in, and both were overheard",
    words: [
      `The browser holds ${left} on the left and ${right} on the right. The thief holds the same. `,
      "Send a request to see what the server makes of it.",
    ],
  };
}

function afterRequest(lanes) {
  const [left, right] = lanes.map((lane) => queries(lane, REQUEST));
  return {
    title: left === right ? `${asked(left)} each` : `${asked(left)} beside ${asked(right)}`,
    words: [...lanes.flatMap(price), "Log out next."],
  };
}

function price({ strategy, results }) {
  const { tally, total_us: total } = results[REQUEST].trace;
  const signatures = tally.signatures ? `, checked ${count(tally.signatures, "signature")}` : "";
  return [
    name(strategy),
    ` asked the database ${times(tally.sql)}${signatures} and took ${microseconds(total)}. `,
  ];
}

function afterLogout(lanes) {
  const [left, right] = lanes.map((lane) => queries(lane, LOGOUT));
  return {
    title: "Both browsers have let go",
    words: [
      `Logging out took ${asked(left)} on the left and ${asked(right)} on the right. `,
      "The thief was not asked and still has the copy: replay it.",
    ],
  };
}

function afterReplay(lanes) {
  const accepted = lanes.filter(({ results }) => results[REPLAY].verdict.accepted);
  const refused = lanes.filter((lane) => !accepted.includes(lane));
  const late = refused.filter(({ results }) => EXPIRED.test(results[REPLAY].verdict.code));
  if (late.length) return tooLate(late);
  if (accepted.length === 2) return bothAccepted(lanes);
  return accepted.length === 1 ? oneAccepted(accepted[0], refused[0]) : bothRefused(lanes);
}

function tooLate(late) {
  return {
    title: "Time has ended it",
    words: [
      ...late
        .map(({ strategy }) => name(strategy))
        .flatMap((title, at) => (at ? [" and ", title] : [title])),
      ": what the thief copied has expired by itself, so this replay says nothing about the log-out. ",
      "Start again to see it in time.",
    ],
  };
}

function oneAccepted(open, closed) {
  return {
    title: "So logging out did nothing?",
    words: [
      name(open.strategy),
      ` let the thief in. ${reason(open)} `,
      name(closed.strategy),
      ` refused at ${closed.results[REPLAY].verdict.step}. `,
      `Your own request had cost ${comparison(open, closed)}. `,
      "What does it cost to make both refuse?",
    ],
  };
}

function comparison(open, closed) {
  const [lax, strict] = [open, closed].map((lane) => asked(queries(lane, REQUEST)));
  if (lax === strict) return `${lax} in either lane`;
  return `${lax} in the lane that let the thief in, ${strict} in the other`;
}

function bothAccepted(lanes) {
  return {
    title: "Neither log-out stopped the thief",
    words: [
      ...lanes.flatMap((lane) => [name(lane.strategy), `: ${reason(lane)} `]),
      "Whoever holds a copy is in until it expires. What would it take to refuse it?",
    ],
  };
}

function bothRefused(lanes) {
  const [left, right] = lanes.map((lane) => queries(lane, REQUEST));
  if (left === right) {
    return {
      title: "Both refuse the thief, at one price",
      words: [
        "Both logins ended with the log-out. Then the two cost the same ",
        `(${left} vs ${asked(right)} per request), which is the question this demo is about.`,
      ],
    };
  }
  const [cheap, dear] = left < right ? lanes : [...lanes].reverse();
  return {
    title: "Both refuse the thief, at two prices",
    words: [
      name(cheap.strategy),
      ` took ${asked(queries(cheap, REQUEST))} per request, `,
      name(dear.strategy),
      ` ${asked(queries(dear, REQUEST))}. `,
      "Both looked something up. Is that a token against a session, ",
      "or one way to ask against another?",
    ],
  };
}

function queries({ results }, step) {
  return results[step].trace.tally.sql;
}

function reason({ results }) {
  return sentence(results[REPLAY].verdict.reason);
}

function asked(number) {
  return number === 0 ? "no query" : count(number, "query", "queries");
}

function times(number) {
  return ["not at all", "once", "twice"][number] ?? `${number} times`;
}

function name({ title }) {
  return el("strong", {}, title);
}
