import { button, el, fill } from '../dom.js';
import { labelled, namesIn, textField, timeField } from '../forms/labelled.js';
import { type Check, checkLines } from '../panels/evidence.js';
import { row, table } from '../table.js';
import { label, number, t } from '../text/language.js';
import { beijing, fromInputValue } from '../time.js';
import type { RuleBook } from './rule-book.js';
import type { RehearsalJson, RehearsedJson, RuleBody } from './rule-types.js';

const DAY_MS = 86_400_000;
/** Alerts that are listed of each kind; the counts are of all. */
const ROWS = 50;

/** Runs the rule that is being written over recorded fixes: what would it have found? */
export class RehearsalPanel {
  readonly element: HTMLElement;
  readonly #book: RuleBook;
  readonly #rule: () => RuleBody;
  readonly #from = timeField(Date.now() - DAY_MS);
  readonly #to = timeField(Date.now());
  readonly #vehicles = textField(20_000);
  readonly #run: HTMLButtonElement;
  readonly #result = el('div', 'rehearsal-result');

  constructor(book: RuleBook, rule: () => RuleBody) {
    this.#book = book;
    this.#rule = rule;
    this.#run = button('chip', label('rehearse'), () => void this.#rehearse());
    this.#result.setAttribute('role', 'status');
    this.element = el(
      'section',
      'rehearsal',
      el('h3', '', label('rehearsal')),
      el('p', 'muted', label('rehearsal-about')),
      labelled(label('track-from'), this.#from),
      labelled(label('track-to'), this.#to),
      labelled(label('rehearsal-vehicles'), this.#vehicles, label('rehearsal-vehicles-note')),
      el('div', 'actions', this.#run),
      this.#result,
    );
  }

  clear(): void {
    fill(this.#result);
  }

  async #rehearse(): Promise<void> {
    const [from, to] = [this.#from, this.#to].map(({ value }) => fromInputValue(value));
    if (!(from < to)) return fill(this.#result, el('p', 'problem', t('track-bad-window')));
    this.#run.disabled = true;
    fill(this.#result, el('p', 'muted', t('rehearsing')));
    try {
      const [start, end] = [from, to].map((ms) => new Date(ms).toISOString());
      const found = await this.#book.rehearse(this.#rule(), start, end, namesIn(this.#vehicles.value));
      fill(this.#result, ...resultView(found));
    } catch (error) {
      fill(this.#result, el('p', 'problem', t('action-failed', { message: (error as Error).message })));
    }
    this.#run.disabled = false;
  }
}

function resultView({ vehicles, fixes, cut, count, alerts, inForce }: RehearsalJson): HTMLElement[] {
  const counts = { vehicles: number(vehicles), fixes: number(fixes), count: number(count) };
  const views = [el('p', '', t('rehearsal-found', counts))];
  if (cut) views.push(el('p', 'problem', t('rehearsal-cut')));
  if (!inForce) return [...views, ...foundView('', alerts)];
  const { both, added, missing } = inForce;
  views.push(el('p', '', t('rehearsal-difference', { now: number(inForce.count), both: number(both) })));
  return [...views, ...foundView(t('rehearsal-added'), added), ...foundView(t('rehearsal-missing'), missing)];
}

function foundView(title: string, found: readonly RehearsedJson[]): HTMLElement[] {
  if (found.length === 0) return title === '' ? [] : [el('h3', '', `${title}: 0`)];
  const rows = found.slice(0, ROWS).map(({ vehicleId, fenceId, occurredAt, clearedAt, evidence }) => {
    const checks = Array.isArray(evidence.checks) ? (evidence.checks as Check[]) : [];
    return row(vehicleId, fenceId ?? '–', beijing(occurredAt), beijing(clearedAt), checkLines(checks));
  });
  const heads = [t('column-vehicle'), t('fence'), t('occurred'), t('cleared'), t('why')];
  const more = found.length > ROWS && el('p', 'muted', t('and-more', { count: number(found.length - ROWS) }));
  return [title !== '' && el('h3', '', `${title}: ${number(found.length)}`), table(heads, rows), more].filter(
    (view) => view !== false,
  );
}
