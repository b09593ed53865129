import { type Child, el } from '../dom.js';
import { beijing } from '../time.js';
import { facts } from './facts.js';

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;
/** Evidence is written by rules, a few levels deep; deeper than this is shown as it is. */
const DEEPEST = 4;
const MOST_TABLE_ROWS = 50;

/** The evidence of an alert, whatever the rule put there: names and values, tables where there are several alike. */
export function evidenceView(value: unknown, depth = 0): Child {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string') return RFC3339.test(value) ? beijing(value) : value;
  if (typeof value !== 'object' || depth > DEEPEST)
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (!Array.isArray(value)) {
    return facts(Object.entries(value).map(([name, inner]) => [words(name), evidenceView(inner, depth + 1)] as const));
  }
  return isTable(value) ? table(value, depth) : value.map((item) => JSON.stringify(item)).join(', ') || '–';
}

function isTable(rows: unknown[]): rows is Record<string, unknown>[] {
  return rows.length > 0 && rows.every((row) => typeof row === 'object' && row !== null && !Array.isArray(row));
}

function table(rows: Record<string, unknown>[], depth: number): HTMLElement {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return el(
    'div',
    'evidence-scroll',
    el(
      'table',
      '',
      el('thead', '', el('tr', '', ...columns.map((name) => el('th', '', words(name))))),
      el(
        'tbody',
        '',
        ...rows
          .slice(-MOST_TABLE_ROWS)
          .map((row) => el('tr', '', ...columns.map((name) => el('td', '', evidenceView(row[name], depth + 1))))),
      ),
    ),
  );
}

/** `ruleRevision` to "rule revision": keys are the API's own names in every language. */
function words(key: string): string {
  return key.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}
