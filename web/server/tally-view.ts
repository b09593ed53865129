import type { Tally } from '../../model/stats.js';
import { el } from '../dom.js';
import { facts } from '../panels/facts.js';
import { number } from '../text/language.js';

/** Counts by name, the most first; nothing where nothing was counted. */
export function tallyView(title: string, tally: Tally, name: (key: string) => string): HTMLElement | null {
  const counted = Object.entries(tally).filter(([, count]) => count > 0);
  if (counted.length === 0) return null;
  counted.sort(([, a], [, b]) => b - a);
  return el('div', '', el('h3', '', title), facts(counted.map(([key, count]) => [name(key), number(count)] as const)));
}
