import { el } from '../dom.js';
import { evidenceFixes } from '../evidence-fixes.js';
import { evidenceWord } from '../text/alert-kinds.js';
import { number, t } from '../text/language.js';
import { beijing } from '../time.js';
import { facts } from './facts.js';

/** One comparison that a rule made (alerts/rule.ts). */
export interface Check {
  what: string;
  value: unknown;
  is?: string;
  threshold?: unknown;
  unit?: string;
  result: boolean;
}

/**
 * Why an alert is one: what was compared with what, by which fixes, and whatever else its rule wrote down; then the same of its end,
 * where it has one.
 */
export function evidenceView(evidence: Record<string, unknown>, title: 'why' | 'why-ended' = 'why'): HTMLElement {
  // The rule and the fence are named above, with the rest of the alert.
  const { fixes: _fixes, rule: _rule, fence: _fence, checks, end, ...more } = evidence;
  return el(
    'div',
    'why',
    el('h3', '', t(title)),
    checkLines(Array.isArray(checks) ? (checks as Check[]) : []),
    fixTable(evidence),
    facts(Object.entries(more).map(([name, value]) => [evidenceWord(name), said(value)] as const)),
    typeof end === 'object' && end !== null ? evidenceView(end as Record<string, unknown>, 'why-ended') : null,
  );
}

/** What was compared with what. */
export function checkLines(checks: readonly Check[]): HTMLElement {
  return el('ul', 'checks', ...checks.map(checkLine));
}

/** "✓ speed 63.4 > 40 km/h". */
function checkLine({ what, value, is, threshold, unit, result }: Check): HTMLElement {
  return el(
    'li',
    '',
    el('span', 'check-mark', result ? '✓' : '✗'),
    evidenceWord(what),
    el('b', '', said(value)),
    threshold === undefined ? null : el('span', 'muted', [is, said(threshold), unit].filter(Boolean).join(' ')),
  );
}

function fixTable(evidence: Record<string, unknown>): HTMLElement | null {
  const fixes = evidenceFixes(evidence);
  if (fixes.length === 0) return null;
  return el(
    'table',
    'evidence-fixes',
    el('thead', '', el('tr', '', el('th'), el('th', '', t('fix-time')), el('th', '', 'km/h'))),
    el(
      'tbody',
      '',
      ...fixes.map(({ role, time, lon, lat, speed }) => {
        const row = el(
          'tr',
          '',
          el('td', '', evidenceWord(role)),
          el('td', '', beijing(time)),
          el('td', '', speed === null ? '–' : number(speed, 1)),
        );
        row.title = `${lon}, ${lat}`;
        return row;
      }),
    ),
  );
}

function said(value: unknown): string {
  if (typeof value === 'number') return number(value, 1);
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
