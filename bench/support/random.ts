/** xorshift32: whole numbers below a bound, the same stream on every machine, and fast enough not to be what is measured. */
export type Pick = (below: number) => number;

export function xorshift(seed: number): Pick {
  let x = seed;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}
