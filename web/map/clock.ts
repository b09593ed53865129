/** Seconds since the page began: small enough to keep its milliseconds in single precision for days. */
export function clock(): number {
  return performance.now() / 1000;
}
