import type { Alert } from '../../model/alert.js';
import { whyNotDone } from '../../model/alert-actions.js';
import { type AlertAction, APPEAL_OUTCOMES, SUPERVISION_LEVELS, SUPERVISION_RESULTS } from '../../model/alert-life.js';
import type { AlertBook } from '../alert-book.js';
import { el, fill } from '../dom.js';
import { labelled, textField, timeField } from '../forms/labelled.js';
import { actionLabel, levelLabel, outcomeLabel, resultLabel } from '../text/alert-names.js';
import { type TextKey, t } from '../text/language.js';
import { fromInputValue } from '../time.js';

/** The rarer things, those first that somebody waits for. */
const OTHERS = [
  'decide',
  'answer',
  'assign',
  'supervise',
  'appeal',
  'reopen',
] as const satisfies readonly AlertAction[];
type Other = (typeof OTHERS)[number] | 'mute';

const HOUR_MS = 3_600_000;

/** A value to be filled in, by the name that the API has for it. */
type Fields = Record<string, HTMLInputElement | HTMLSelectElement>;

/** Everything else that can be done with an alert: what to do, its fields, a note. */
export class AlertMore {
  readonly element = el('details', 'alert-more');
  readonly #summary = el('summary');
  readonly #action = el('select', 'field');
  readonly #fieldsOf = el('div', 'form-fields');
  readonly #note = el('input', 'field');
  readonly #send = el('button', 'primary');
  readonly #problem = el('p', 'problem');
  readonly #book: AlertBook;
  #alert: Alert | null = null;
  #fields: Fields = {};

  constructor(book: AlertBook) {
    this.#book = book;
    this.#note.maxLength = 500;
    this.#action.addEventListener('change', () => this.#drawFields());
    const form = el(
      'form',
      'command-form',
      this.#action,
      this.#fieldsOf,
      this.#note,
      el('div', 'actions', this.#send),
      this.#problem,
    );
    form.noValidate = true;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.element.append(this.#summary, form);
  }

  close(): void {
    this.element.open = false;
    this.#note.value = '';
    this.#problem.textContent = '';
  }

  /** What is being filled in stays as it is, as long as it is still possible. */
  draw(alert: Alert): void {
    const [before, same] = [this.#action.value, this.#alert?.id === alert.id];
    this.#alert = alert;
    const possible: Other[] = [...OTHERS.filter((action) => whyNotDone(alert, action) === null), 'mute'];
    this.#summary.textContent = t('more-actions');
    this.#note.placeholder = t('note');
    this.#note.ariaLabel = t('reason');
    this.#send.textContent = t('submit');
    this.#action.ariaLabel = t('more-actions');
    fill(this.#action, ...possible.map((each) => new Option(each === 'mute' ? t('mute') : actionLabel(each), each)));
    if (same && possible.includes(before as Other)) this.#action.value = before;
    else this.#drawFields();
  }

  #drawFields(): void {
    this.#fields = this.#fieldsFor(this.#action.value as Other);
    fill(
      this.#fieldsOf,
      ...Object.entries(this.#fields).map(([name, input]) => {
        const text = t(`field-${name}` as TextKey);
        input.ariaLabel = text;
        return labelled(text, input);
      }),
    );
    this.#problem.textContent = '';
  }

  #fieldsFor(action: Other): Fields {
    switch (action) {
      case 'assign':
        return { to: textField(64), due: timeField(null) };
      case 'decide':
        return { outcome: choice(APPEAL_OUTCOMES, outcomeLabel) };
      case 'supervise': {
        const level = choice(SUPERVISION_LEVELS, levelLabel);
        return { supervisor: textField(64), level, deadline: timeField(Date.now() + 24 * HOUR_MS) };
      }
      case 'answer':
        return { result: choice(SUPERVISION_RESULTS, resultLabel) };
      case 'mute': {
        const scopes = this.#alert?.fenceId ? (['vehicle', 'fence', 'type'] as const) : (['vehicle', 'type'] as const);
        const scope = choice(scopes, (each) => t(`mute-${each}`));
        return { scope, until: timeField(Date.now() + HOUR_MS) };
      }
      default:
        return {};
    }
  }

  async #submit(): Promise<void> {
    const alert = this.#alert;
    if (!alert) return;
    const action = this.#action.value as Other;
    const note = this.#note.value.trim();
    const missing = this.#missing(action, note);
    this.#problem.textContent = missing === '' ? '' : t('fill-in', { field: missing });
    if (missing !== '') return;
    this.#send.disabled = true;
    try {
      if (action === 'mute') await this.#mute(alert, note);
      else await this.#book.act(alert.id, action, { ...this.#values(), note });
      this.close();
    } catch (error) {
      this.#problem.textContent = t('action-failed', { message: (error as Error).message });
    }
    this.#send.disabled = false;
  }

  /** What must be filled in and is not, in the words of the form; '' where nothing is. */
  #missing(action: Other, note: string): string {
    if (action === 'mute' && note === '') return t('reason');
    const name = Object.keys(this.#fields).find((each) => each !== 'due' && this.#fields[each].value.trim() === '');
    return name === undefined ? '' : t(`field-${name}` as TextKey);
  }

  /** Alerts of this type, of this vehicle or fence or of all. */
  #mute({ type, vehicleId, fenceId }: Alert, reason: string): Promise<void> {
    const { scope, until } = this.#values();
    const where =
      scope === 'vehicle'
        ? { vehicles: [vehicleId] }
        : scope === 'fence' && fenceId !== null
          ? { fences: [fenceId] }
          : {};
    return this.#book.mute({ scope: { types: [type], ...where }, to: until, reason });
  }

  /** Those that are filled in; times as RFC 3339. */
  #values(): Record<string, string> {
    const values: Record<string, string> = {};
    for (const [name, { type, value }] of Object.entries(this.#fields)) {
      if (value === '') continue;
      values[name] = type === 'datetime-local' ? new Date(fromInputValue(value)).toISOString() : value.trim();
    }
    return values;
  }
}

function choice<T extends string>(values: readonly T[], text: (value: T) => string): HTMLSelectElement {
  return el('select', 'field', ...values.map((value) => new Option(text(value), value)));
}
