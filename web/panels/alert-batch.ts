import type { Alert } from '../../model/alert.js';
import { saysWhy } from '../../model/alert-actions.js';
import { DISMISS_REASONS, type DismissReason } from '../../model/alert-life.js';
import type { AlertBook } from '../alert-book.js';
import { button, el, fill } from '../dom.js';
import { actionLabel, reasonLabel } from '../text/alert-names.js';
import { onLanguage, t } from '../text/language.js';

const ACTIONS = ['acknowledge', 'resolve', 'dismiss'] as const;

/** Says the same of many alerts: which are ticked, a note, and a button for each thing that can be said. */
export class AlertBatch {
  readonly element = el('div', 'alert-batch');
  readonly #book: AlertBook;
  readonly #changed: () => void;
  readonly #count = el('span');
  readonly #all = button('link', '', () => this.#tickAll());
  readonly #note = el('input', 'field');
  readonly #reason = el('select', 'field');
  readonly #buttons = el('div', 'actions');
  readonly #outcome = el('p');
  /** Alerts by id, as the list shows them. */
  readonly #ticked = new Set<string>();
  #shown: readonly Alert[] = [];

  /** `changed` is called when other alerts are ticked than before. */
  constructor(book: AlertBook, changed: () => void) {
    this.#book = book;
    this.#changed = changed;
    this.#note.maxLength = 2000;
    this.#outcome.setAttribute('role', 'status');
    this.element.hidden = true;
    this.element.append(el('div', 'batch-head', this.#count, this.#all), this.#note, this.#buttons, this.#outcome);
    onLanguage(() => this.#putWords());
    this.#putWords();
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  toggle(): void {
    this.element.hidden = !this.element.hidden;
    this.#ticked.clear();
    this.#say('');
    this.#draw();
  }

  has(id: string): boolean {
    return this.#ticked.has(id);
  }

  tick(id: string, ticked: boolean): void {
    if (ticked) this.#ticked.add(id);
    else this.#ticked.delete(id);
    this.#say('');
    this.#draw();
  }

  /** What is no longer in the list is no longer ticked: nobody handles what he does not see. */
  show(shown: readonly Alert[]): void {
    this.#shown = shown;
    const ids = new Set(shown.map(({ id }) => id));
    for (const id of this.#ticked) if (!ids.has(id)) this.#ticked.delete(id);
    this.#draw();
  }

  #tickAll(): void {
    for (const { id } of this.#shown) this.#ticked.add(id);
    this.#draw();
    this.#changed();
  }

  async #act(action: (typeof ACTIONS)[number]): Promise<void> {
    const note = this.#note.value.trim();
    const reason = this.#reason.value as DismissReason;
    if (action === 'dismiss' && !saysWhy({ reason, note })) return this.#say(t('fill-in', { field: t('note') }), true);
    const chosen = this.#shown.filter(({ id }) => this.#ticked.has(id));
    for (const each of this.#buttons.querySelectorAll('button')) each.disabled = true;
    try {
      const said = { note, ...(action === 'dismiss' && { reason }) };
      const { done, refused, problem } = await this.#book.actOnAll(chosen, action, said);
      const message = refused > 0 ? t('batch-refused', { done, refused, message: problem }) : t('batch-done', { done });
      this.#ticked.clear();
      this.#note.value = '';
      this.#changed();
      this.#say(message, refused > 0);
    } catch (error) {
      this.#say(t('action-failed', { message: (error as Error).message }), true);
    }
    this.#draw();
  }

  #say(text: string, isProblem = false): void {
    this.#outcome.className = isProblem ? 'problem' : 'good';
    this.#outcome.textContent = text;
  }

  #draw(): void {
    this.#count.textContent = t('alerts-selected', { count: this.#ticked.size });
    for (const each of this.#buttons.querySelectorAll('button')) each.disabled = this.#ticked.size === 0;
  }

  #putWords(): void {
    this.#all.textContent = t('alerts-select-all');
    this.#note.placeholder = t('note');
    this.#note.ariaLabel = t('note');
    const reason = this.#reason.value || 'other';
    fill(this.#reason, ...DISMISS_REASONS.map((each) => new Option(reasonLabel(each), each)));
    this.#reason.value = reason;
    this.#reason.ariaLabel = t('dismiss-reason');
    this.#reason.title = t('dismiss-reason');
    const buttons = ACTIONS.map((action) => button('quiet', actionLabel(action), () => void this.#act(action)));
    fill(this.#buttons, ...buttons, this.#reason);
    this.#draw();
  }
}
