import type { Check } from './rule.js';

/** `value > threshold`, as evidence shows it. */
export function over(what: string, value: number, threshold: number, unit: string): Check {
  return { what, value: rounded(value), is: '>', threshold, unit, result: value > threshold };
}

/** `value >= threshold`, as evidence shows it; null where there is no value, as after a time that never was. */
export function atLeast(what: string, value: number, threshold: number, unit: string): Check {
  const shown = Number.isFinite(value) ? rounded(value) : null;
  return { what, value: shown, is: '>=', threshold, unit, result: value >= threshold };
}

/** `value = threshold`, as evidence shows it. */
export function equal(what: string, value: unknown, threshold: unknown): Check {
  return { what, value, is: '=', threshold, result: value === threshold };
}

/** Three decimals are enough for people, and the same on every machine. */
function rounded(value: number): number {
  return Number.isFinite(value) ? Math.round(value * 1000) / 1000 : value;
}
