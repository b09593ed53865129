import type { Alert } from '../../model/alert.js';
import type { AlertBook } from '../alert-book.js';
import type { AlertHistoryStep } from '../api-types.js';
import { el, fill } from '../dom.js';
import { detailLabel, stepLabel } from '../text/alert-names.js';
import { t } from '../text/language.js';
import { beijing } from '../time.js';

/** Every step in the life of an alert, read again whenever there is another one. */
export class AlertHistory {
  readonly element = el('div', 'alert-history');
  readonly #book: AlertBook;
  #shown = '';

  constructor(book: AlertBook) {
    this.#book = book;
  }

  async show(alert: Alert): Promise<void> {
    const shown = `${alert.id} ${alert.revision}`;
    this.#shown = shown;
    const { steps, problem } = await this.#book.history(alert.id);
    // Another alert, or a later form of it, may have been asked for meanwhile.
    if (shown !== this.#shown) return;
    fill(
      this.element,
      el('h3', '', t('alert-history')),
      el('ol', '', ...steps.map(stepLine)),
      problem !== '' && el('p', 'problem', problem),
    );
  }
}

function stepLine({ transition, at, by, note, details }: AlertHistoryStep): HTMLElement {
  const said = Object.values(details).filter((value): value is string => typeof value === 'string');
  const line = el(
    'li',
    '',
    el('time', 'muted', beijing(at)),
    el('b', '', stepLabel(transition)),
    by,
    said.length > 0 && el('span', 'muted', said.map(shown).join(' · ')),
    note !== null && note !== '' && el('q', '', note),
  );
  line.dataset.step = transition;
  return line;
}

/** A time, a word of ours, or what somebody wrote. */
function shown(value: string): string {
  return /^\d{4}-\d\d-\d\dT/.test(value) ? beijing(value) : detailLabel(value);
}
