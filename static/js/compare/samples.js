/** Many measurements of the same thing: what they say, and what they do not. */

/** The median and the middle half, `{n, low, median, high}`, of a list of numbers. */
export function spread(samples) {
  const sorted = samples.toSorted((one, other) => one - other);
  const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share));
  return { n: sorted.length, low, median, high };
}

/** -1 where `one` is less than `other`, 1 where it is more, 0 where their middle halves overlap. */
export function compare(one, other) {
  if (one.high < other.low) return -1;
  return one.low > other.high ? 1 : 0;
}

/** Between two samples in proportion, as spreadsheets do (type 7 of Hyndman and Fan, 1996). */
function quantile(sorted, share) {
  const place = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below + (above - below) * (place % 1);
}
