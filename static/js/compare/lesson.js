/** What the two lanes teach: words chosen by the outcomes, figures taken from the traces. */

import { countDown } from "../countdown.js";
import { el } from "../dom.js";
import { isEmbedded } from "../embedded.js";
import { count, sentence } from "../format.js";
import { linked, word } from "../glossary.js";
import { compare, spread, time } from "./figures.js";
import { guessedRight, LOGIN, LOGOUT, refusedBrowser, REPLAY, REQUEST } from "./story.js";

/** How the codes of what merely ran out end. */
const EXPIRED = /expired$/;

/**
 * What to say when both lanes have done `done` steps, 1 to 4.
 *
 * @param {{strategy: object, results: object[], guess: boolean?}[]} lanes left and right
 * @param {{bench: object?, attacksUrl: string?, pair: object?}} data of the page, and this pair of the story
 * @returns {{title: string, words: (string|Node)[]}}
 */
export function lesson(done, lanes, data) {
  const words = [afterLogin, afterRequest, afterLogout, afterReplay][done - 1];
  const over = lanes.filter((lane) => refusedBrowser(lane, done - 1));
  return over.length ? endedBefore(over) : words(lanes, data);
}

function endedBefore(over) {
  return {
    title: "Refused before the log-out",
    words: [
      ...over.flatMap((lane) => [
        name(lane),
        ` refused its own browser: ${sentence(refusedBrowser(lane, LOGOUT).verdict.reason)} `,
      ]),
      "This says nothing about the log-out, and no guess counts. Start again to see the whole story.",
    ],
  };
}

/** What the thief holds; two of a kind are told apart by the names of their ways. */
function copied(lanes) {
  const [one, other] = lanes.map(({ strategy }) => strategy);
  const names =
    one.carried === other.carried
      ? [one, other].map(({ title, carried }) => `the ${carried} of ${title}`)
      : [one, other].map(({ carried }) => `the ${carried}`);
  const sizes = lanes.map(({ results }) => results[LOGIN].storage.browser.bytes);
  return names.map((found, at) => `${found} (${sizes[at]} bytes)`).join(" and ");
}

function afterLogin(lanes, { attacksUrl, pair }) {
  if (pair?.index) {
    return {
      title: `New: ${pair.news}`,
      words: [...linked(pair.about), ` Again a thief has copied ${copied(lanes)}.`, ...keyStays(lanes)],
    };
  }
  const how = "a script in the page";
  return {
    title: "You are logged in on both sides, and a thief has copied both",
    words: [
      `The thief holds ${copied(lanes)}: from a borrowed laptop or a leaked log`,
      ...(lanes.some(({ strategy }) => strategy.carried === "token")
        ? ["; a token can also be read by ", attacksUrl ? el("a", { href: attacksUrl }, how) : how]
        : []),
      ". Over HTTPS nobody listens in.",
      ...keyStays(lanes),
      " Next, see what a request costs.",
    ],
  };
}

/** Where a key belongs to the token, the copy alone is worth nothing from the start. */
function keyStays(lanes) {
  const bound = lanes.filter(({ strategy }) => strategy.bound);
  return bound.flatMap((lane) => [" The key that belongs to the token of ", name(lane), " stays in this browser."]);
}

function afterRequest(lanes, data) {
  const [left, right] = lanes.map((lane) => queries(lane));
  const [one, other] = lanes.map(({ strategy }) => strategy.title);
  const title =
    left === right
      ? `Both ask the database ${times(left)} per request`
      : `${one} asks the database ${times(left)}, ${other} ${times(right)}`;
  return { title, words: [...whichWasFaster(lanes), " ", ...benchmark(lanes, data), " Now log out."] };
}

/** Which was faster, unless the two overlap: then nothing is said to be. */
export function whichWasFaster(lanes) {
  const spreads = lanes.map(({ results }) => spread(results[REQUEST].samples));
  const [left, right] = spreads.map(({ median }) => time(median));
  const { n } = spreads[0];
  const order = compare(...spreads);
  if (order === 0) {
    const words = `${n} requests of each cannot tell which is faster: medians of ${left} and ${right}, and their `;
    return [words, word("spread", "spreads"), " overlap."];
  }
  const [fast, slow] = order < 0 ? [left, right] : [right, left];
  const { strategy } = lanes[order < 0 ? 0 : 1];
  return [`${strategy.title} was faster: a median of ${fast} against ${slow}, ${n} requests of each.`];
}

function benchmark(lanes, { bench }) {
  const [left, right] = lanes.map(({ strategy }) => bench?.figures[strategy.slug]);
  if (!left || !right) return [];
  const [one, other] = lanes.map(({ strategy }) => strategy.title);
  // A share, no time: the processor's time for all of a request, next to that between its first
  // and last step, would look like a contradiction.
  const words = differ(left, right)
    ? `${other} takes ${(right.median / left.median).toFixed(2)} times the CPU time of ${one}`
    : "both take the same CPU time, as far as it can tell";
  const link = el("a", { href: bench.url }, `The benchmark, with ${bench.rounds.toLocaleString("en")} of each`);
  return [link, `: ${words}.`];
}

/** Whether two medians differ by more than chance makes of equal ones, as the server decides it too. */
function differ(one, other) {
  return Math.abs(one.median - other.median) > Math.hypot(one.error, other.error);
}

function afterLogout(lanes) {
  const holds = lanes
    .filter(({ strategy }) => strategy.refreshes)
    .flatMap((lane) => ["Of ", name(lane), " it has the ", word("refresh token"), ", too. "]);
  return {
    title: "You are logged out on both sides, and the thief still has both copies",
    words: [
      "The browser threw its copies away. The server deleted what it had stored, if it had stored anything. ",
      "Now the thief sends its copies to another process of the same server. ",
      ...holds,
      el("strong", {}, `Will they work?${isEmbedded ? "" : " Guess in both lanes."}`),
    ],
  };
}

function afterReplay(lanes, data) {
  const open = lanes.filter(({ results }) => results[REPLAY].verdict.accepted);
  const closed = lanes.filter((lane) => !open.includes(lane));
  const late = closed.filter(({ results }) => EXPIRED.test(results[REPLAY].verdict.code));
  if (late.length) return tooLate(late);
  const told = [bothStopped, oneStopped, noneStopped][open.length](lanes, open[0], closed[0], data);
  const more = lanes.flatMap((lane) => [...otherwise(lane), ...withoutLogout(lane)]);
  return { ...told, words: [...told.words, ...more, ...guesses(lanes)] };
}

function tooLate(late) {
  return {
    title: "Time has ended it",
    words: [
      ...late.flatMap((lane, at) => [at ? " and " : "", name(lane)]),
      ": what the thief copied has expired by itself, so this says nothing about the log-out. ",
      "Start again to see it in time.",
    ],
  };
}

function oneStopped(lanes, open, closed) {
  return {
    title: `With ${open.strategy.title}, the stolen copy works after the log-out`,
    words: [
      name(closed),
      `: ${reason(closed)} `,
      name(open),
      `: ${reason(open)} `,
      ...stillGood(open),
      ...price(open, closed),
      ...collateral(closed),
    ],
  };
}

function price(open, closed) {
  const [lax, strict] = [open, closed].map(queries);
  if (lax >= strict) return [];
  return [` All that was saved: ${count(strict - lax, "query", "queries")} per request.`];
}

function noneStopped(lanes) {
  return {
    title: "Logging out stopped neither thief",
    words: lanes.flatMap((lane) => [name(lane), `: ${reason(lane)} `, ...stillGood(lane), " "]),
  };
}

function bothStopped(lanes, _open, _closed, { pair }) {
  const [left, right] = lanes.map(queries);
  const [small, large] = size(lanes[0]) < size(lanes[1]) ? lanes : lanes.toReversed();
  const cost =
    left === right
      ? [...whichWasFaster(lanes), " "]
      : [name(lanes[0]), ` asks the database ${times(left)}, `, name(lanes[1]), ` ${times(right)}. `];
  const bytes =
    size(large) >= 2 * size(small)
      ? [name(large), ` sends ${size(large)} bytes with each request, `, name(small), ` ${size(small)}.`]
      : [];
  return {
    title:
      left === right
        ? `Both stop the thief; both ask the database ${times(left)}`
        : "Both stop the thief, but one asks the database more often",
    words: [...cost, ...bytes, ...(pair?.conclusion ? [` ${pair.conclusion}`] : []), ...lanes.flatMap(collateral)],
  };
}

/** What a log-out does to those who did not log out, as the lab measures it. */
function collateral(lane) {
  const { collateral: others, page } = lane.strategy;
  if (!others) return [];
  const link = el("a", { href: page }, "logs out all your other devices, too");
  return [" But under ", name(lane), " logging out one device ", link, "."];
}

/** Where the process that was asked decides: the lab's had seen this login before the log-out. */
function otherwise({ strategy, results }) {
  const { accepted } = results[REPLAY].verdict;
  if (accepted === (strategy.outcome !== "refused")) return [];
  const link = el("a", { href: strategy.page }, "in the lab");
  return [" It depends on the process: the one ", link, ` ${accepted ? "refuses" : "accepts"} the copy.`];
}

/** Where no log-out was needed, and none would have done anything. */
function withoutLogout(lane) {
  if (!lane.strategy.bound) return [];
  const words = " refuses the copy without a log-out, too; the log-out itself ended nothing there.";
  return [" ", name(lane), words];
}

/** The thief's time, counted down while one looks: by the token, or by what renews it. */
function stillGood({ results }) {
  const { renewed, until, storage } = results[REPLAY];
  const ends = renewed ? until : storage.browser.expires;
  if (!ends) return [];
  const why = renewed ? ", by the refresh token that the thief holds too" : "";
  const node = el("strong", { class: "lane__countdown" });
  const refused = renewed === false ? " Its refresh token is refused already." : "";
  return ["It works ", countDown(node, ends, timeLeft), `${why}.${refused}`];
}

function timeLeft(left) {
  return left ? `for another ${left}` : "no longer: time has ended it";
}

function guesses(lanes) {
  if (lanes.some(({ guess }) => guess === null)) return [];
  const [right, wrong] = [true, false].map((wanted) =>
    lanes.filter((lane) => guessedRight(lane) === wanted).map(({ strategy }) => strategy.title),
  );
  if (!wrong.length) return [tell("You guessed both right.")];
  if (!right.length) return [tell("You guessed both wrong.")];
  return [tell(`You guessed right about ${right[0]}, wrong about ${wrong[0]}.`)];
}

function tell(words) {
  return el("span", { class: "card__guess" }, ` ${words}`);
}

function queries({ results }) {
  return results[REQUEST].trace.tally.sql;
}

function size({ results }) {
  return results[REQUEST].trace.credential.bytes;
}

function reason({ results }) {
  return sentence(results[REPLAY].verdict.reason);
}

function times(number) {
  return ["not at all", "once", "twice"][number] ?? `${number} times`;
}

function name({ strategy }) {
  return el("strong", {}, strategy.title);
}
