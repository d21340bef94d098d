/** Figures and times in words. */

/** Sweden writes 2026-11-30 and 14:32:10, as this site does on every page. */
export const ISO = "sv-SE";

/** `microseconds(312.4)` is `312 µs`, `microseconds(81200)` is `81.2 ms`. */
export function microseconds(us) {
  if (us < 1000) return `${Math.round(us)} µs`;
  const ms = us / 1000;
  return ms < 100 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

/** `bytes(231)` is `231 B`. */
export function bytes(number) {
  return `${number} B`;
}

/** `count(2, "query", "queries")` is `2 queries`. */
export function count(number, one, many = `${one}s`) {
  return `${number} ${number === 1 ? one : many}`;
}

/** `duration(252)` is `4 min 12 s`: the two largest units of a number of seconds. */
export function duration(seconds) {
  const units = [
    ["d", 86400],
    ["h", 3600],
    ["min", 60],
    ["s", 1],
  ];
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first === -1) return "0 s";
  let left = Math.floor(seconds);
  const parts = units.slice(first, first + 2).map(([unit, size]) => {
    const amount = Math.floor(left / size);
    left -= amount * size;
    return amount ? `${amount} ${unit}` : "";
  });
  return parts.filter(Boolean).join(" ");
}

/** The visitor's local time of day of a Unix time, `14:32:10`. */
export function clockTime(unix) {
  return new Date(unix * 1000).toLocaleTimeString(ISO);
}

/** With a full stop. */
export function sentence(words) {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}
