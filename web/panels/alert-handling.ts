import type { Alert } from '../../model/alert.js';
import { saysWhy, whyNotDone } from '../../model/alert-actions.js';
import { type AlertAction, DISMISS_REASONS, type DismissReason } from '../../model/alert-life.js';
import type { AlertBook } from '../alert-book.js';
import { button, el, fill } from '../dom.js';
import { actionLabel, reasonLabel } from '../text/alert-names.js';
import { t } from '../text/language.js';
import { AlertMore } from './alert-more.js';

/** What is done with most alerts, each by one button; the first that is possible is the one to take. */
const USUAL: readonly AlertAction[] = ['acknowledge', 'resolve', 'dismiss'];

/** What somebody does about an alert: a note and a button, or one of the rarer things with a form of its own. */
export class AlertHandling {
  readonly element = el('div', 'alert-handling');
  readonly #usual = el('div', 'alert-usual');
  readonly #note = el('textarea', 'field');
  readonly #reason = el('select', 'field');
  readonly #problem = el('p', 'problem');
  readonly #book: AlertBook;
  readonly #more: AlertMore;

  constructor(book: AlertBook) {
    this.#book = book;
    this.#note.rows = 2;
    this.#note.maxLength = 2000;
    this.#more = new AlertMore(book);
    this.element.append(this.#usual, this.#more.element);
  }

  /** Another alert than before. */
  begin(): void {
    this.#note.value = '';
    this.#problem.textContent = '';
    this.#more.close();
  }

  draw(alert: Alert): void {
    // To acknowledge again says nothing new.
    const possible = USUAL.filter(
      (action) => whyNotDone(alert, action) === null && !(action === 'acknowledge' && alert.state === 'acknowledged'),
    );
    this.#note.placeholder = t('note-hint');
    this.#note.ariaLabel = t('note');
    const reason = this.#reason.value;
    fill(this.#reason, ...DISMISS_REASONS.map((each) => new Option(reasonLabel(each), each)));
    this.#reason.value = reason || 'other';
    this.#reason.ariaLabel = t('dismiss-reason');
    this.#usual.hidden = possible.length === 0;
    fill(
      this.#usual,
      this.#note,
      this.#problem,
      el(
        'div',
        'actions',
        ...possible.flatMap((action, i) => {
          const act = button(
            i === 0 ? 'primary' : 'quiet',
            actionLabel(action),
            () => void this.#act(alert.id, action),
          );
          act.dataset.action = action;
          return action === 'dismiss' ? [act, el('label', 'reason', t('dismiss-reason'), this.#reason)] : [act];
        }),
      ),
    );
    this.#more.draw(alert);
  }

  async #act(id: string, action: AlertAction): Promise<void> {
    const note = this.#note.value.trim();
    const reason = this.#reason.value as DismissReason;
    const silent = action === 'dismiss' && !saysWhy({ reason, note });
    this.#problem.textContent = silent ? t('fill-in', { field: t('note') }) : '';
    if (silent) return;
    const buttons = this.#usual.querySelectorAll('button');
    for (const each of buttons) each.disabled = true;
    try {
      await this.#book.act(id, action, { note, ...(action === 'dismiss' && { reason }) });
      this.#note.value = '';
    } catch (error) {
      this.#problem.textContent = t('action-failed', { message: (error as Error).message });
    }
    for (const each of buttons) each.disabled = false;
  }
}
