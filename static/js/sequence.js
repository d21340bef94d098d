/**
 * A trace as a sequence of messages, and the messages in words.
 * The diagram draws them; a screen reader gets the words.
 */

import { bytes, count, microseconds } from "./format.js";

/** Who talks: the sender is `Browser` unless told otherwise (the replay's sender is the thief). */
const SENDER = "Browser";
export const THIEF = "Thief";

/** How it went for the owner, with the sign that the lab's matrix gives it. */
function thiefVerdict(accepted) {
  return accepted ? "▲ thief got in" : "● thief stopped";
}

/**
 * What happened, in order: one request, the steps of the server, one response.
 *
 * @param {object} trace `{method, path, status, credential, steps}` as the lab's API gives it
 * @param {{sender?: string, answer?: string}} options `answer` says what the response held; what
 *   the thief got is said as a verdict, and is good for the owner where it is a refusal
 */
export function messages(trace, { sender = SENDER, answer = "" } = {}) {
  const request = {
    kind: "request",
    sender,
    text: `${trace.method} ${trace.path}`,
    credential: credential(trace),
  };
  const accepted = trace.status < 400;
  const isThief = sender === THIEF;
  const response = {
    kind: "response",
    sender,
    status: trace.status,
    good: accepted !== isThief,
    text: `${trace.status} ${isThief ? thiefVerdict(accepted) : answer}`.trim(),
  };
  return [request, ...trace.steps.map(told), response];
}

/** A step around other steps is a remark: its time is theirs. */
function told(step, index, steps) {
  const next = steps[index + 1];
  if (next === undefined || step.kind === "sql") return { ...step, text: step.name };
  const around = next.start_us < step.start_us + step.duration_us;
  return { ...step, kind: around ? "note" : step.kind, text: step.name };
}

function credential({ credential: sent }) {
  if (!sent || sent.carrier === "none") return "no credential";
  const { name, masked } = sent;
  const forms = {
    cookie: `Cookie: ${name}=${masked}`,
    bearer: `${name}: ${name === "Authorization" ? "Bearer" : "DPoP"} ${masked}`, // or with a proof
    body: `${name}: ${masked}`,
  };
  return `${forms[sent.carrier]} (${bytes(sent.bytes)})`;
}

/** `1 row`, or nothing where the database does not say (SQLite, for a SELECT). */
export function rows(step) {
  return step.rows === null || step.rows === undefined ? "" : count(step.rows, "row");
}

/** The messages as an ordered list, for those who cannot see the diagram. */
export function sentences(list) {
  return list.map(sentence);
}

function sentence(message) {
  if (message.kind === "request")
    return `${message.sender} to Django: ${message.text}, ${message.credential}.`;
  if (message.kind === "response") return `Django to ${message.sender}: ${message.text}.`;
  const time = microseconds(message.duration_us);
  if (message.kind === "sql") {
    return `Django to database: ${[message.text, time, rows(message)].filter(Boolean).join(", ")}.`;
  }
  return message.kind === "note" ? `${message.text}.` : `Django: ${message.text}, ${time}.`;
}
