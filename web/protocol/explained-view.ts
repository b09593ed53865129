import type { ExplainedFrame } from '../../model/protocol-tools.js';
import { el } from '../dom.js';
import { t } from '../text/language.js';
import { rejectLabel } from '../text/names.js';

const BYTES_PER_LINE = 16;

/**
 * A frame beside its bytes: pointing at a field lights its bytes, and the other way round. `bytes` is all that was given,
 * as hex; `title` says which message it is.
 */
export function explainedView(bytes: string, frame: ExplainedFrame, title: string): HTMLElement {
  const rowOf = rowAtByte(frame);
  const error = frame.decoded.ok ? null : frame.decoded.error;
  const element = el(
    'section',
    'explained',
    el('h2', '', title),
    error &&
      el(
        'p',
        'problem',
        `${t('explain-error', { byte: error.offset })}: ${rejectLabel(error.code)} — ${error.message}`,
      ),
    el('div', 'explained-parts', dump(bytes, frame, rowOf, error?.offset ?? -1), table(frame)),
    frame.escapes > 0 && el('p', 'muted', t('explain-escapes', { count: frame.escapes })),
    json(frame),
  );
  linkHighlights(element);
  return element;
}

/** For each byte of the frame the number of its row; undefined where nothing names it. */
function rowAtByte({ offset, rows }: ExplainedFrame): number[] {
  const at: number[] = [];
  rows.forEach(({ wireOffset, wireLength }, row) => {
    for (let i = 0; i < wireLength; i++) at[wireOffset - offset + i] = row;
  });
  return at;
}

function dump(bytes: string, { offset, length }: ExplainedFrame, rowOf: number[], wrongAt: number): HTMLElement {
  const lines: HTMLElement[] = [];
  for (let start = 0; start < length; start += BYTES_PER_LINE) {
    const line = el('div', 'dump-line', el('span', 'dump-offset', String(start)));
    for (let i = start; i < Math.min(length, start + BYTES_PER_LINE); i++) {
      const at = offset + i;
      const byte = el('span', 'byte', bytes.slice(at * 2, at * 2 + 2));
      const row = rowOf[i];
      if (row === undefined) byte.classList.add('unnamed');
      else {
        byte.dataset.row = String(row);
        if (row % 2 === 1) byte.classList.add('odd');
      }
      if (at === wrongAt) byte.classList.add('wrong');
      line.append(byte);
    }
    lines.push(line);
  }
  return el('div', 'dump', ...lines);
}

function table({ rows }: ExplainedFrame): HTMLElement {
  const head = (['offset', 'hex', 'field', 'value', 'clause'] as const).map((name) =>
    el('th', '', t(`explain-${name}`)),
  );
  const lines = rows.map(({ offset, hex, field, value, clause }, i) => {
    const line = el(
      'tr',
      '',
      el('td', 'number', String(offset)),
      el('td', 'hex', hex),
      el('td', 'name', field),
      el('td', 'value', value),
      el('td', 'muted', clause),
    );
    line.dataset.row = String(i);
    line.tabIndex = 0;
    return line;
  });
  return el(
    'div',
    'explained-table',
    el('table', '', el('thead', '', el('tr', '', ...head)), el('tbody', '', ...lines)),
  );
}

function json({ decoded }: ExplainedFrame): HTMLElement {
  return el('details', '', el('summary', '', 'JSON'), el('pre', '', JSON.stringify(decoded, null, 2)));
}

/** Lights everything that belongs to the row under the pointer, or to the one that has the focus. */
function linkHighlights(element: HTMLElement): void {
  let lit: Element[] = [];
  const light = (row: string | undefined) => {
    for (const each of lit) each.classList.remove('lit');
    lit = row === undefined ? [] : [...element.querySelectorAll(`[data-row="${row}"]`)];
    for (const each of lit) each.classList.add('lit');
  };
  const rowUnder = (event: Event) => (event.target as HTMLElement).closest<HTMLElement>('[data-row]')?.dataset.row;
  element.addEventListener('pointerover', (event) => light(rowUnder(event)));
  element.addEventListener('focusin', (event) => light(rowUnder(event)));
  element.addEventListener('pointerleave', () => light(undefined));
}
