/** The whole number above 0 behind `key` in the words of a bench; `fallback` where it is not there. */
export function numberOption(options: string[], key: string, fallback: number): number {
  const at = options.indexOf(key);
  const value = at < 0 ? fallback : Number(options[at + 1]);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${key} must be a whole number above 0`);
}
