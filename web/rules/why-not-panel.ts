import { el, fill } from '../dom.js';
import type { Fences } from '../fences.js';
import { labelled, textField, timeField } from '../forms/labelled.js';
import { checkLines } from '../panels/evidence.js';
import { label, onLanguage, t } from '../text/language.js';
import { beijing, fromInputValue } from '../time.js';
import type { RuleBook } from './rule-book.js';
import type { WhyNotJson } from './rule-types.js';

/** Asks why a rule raised nothing for a vehicle at a time. */
export class WhyNotPanel {
  readonly element: HTMLElement;
  readonly #book: RuleBook;
  readonly #fences: Fences;
  readonly #vehicle = textField(64);
  readonly #rule = textField(200);
  readonly #rules = el('datalist');
  readonly #time = timeField(Date.now());
  readonly #ask = el('button', 'chip', label('why-not-ask'));
  readonly #answer = el('div', 'why-not-answer');

  constructor(book: RuleBook, fences: Fences) {
    this.#book = book;
    this.#fences = fences;
    this.#rules.id = 'rule-ids';
    this.#rule.setAttribute('list', this.#rules.id);
    this.#answer.setAttribute('role', 'status');
    const form = el(
      'form',
      '',
      labelled(label('column-vehicle'), this.#vehicle, label('why-not-vehicle-note')),
      labelled(label('rule'), this.#rule, label('why-not-rule-note')),
      this.#rules,
      labelled(label('why-not-time'), this.#time),
      el('div', 'actions', this.#ask),
    );
    form.noValidate = true;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.element = el(
      'section',
      'card why-not',
      el('h2', '', label('why-not')),
      el('p', 'muted', label('why-not-about')),
      form,
      this.#answer,
    );
    onLanguage(() => fill(this.#answer));
  }

  /** The rules that can be asked about are those of now. */
  refresh(): void {
    const ofFences = [...this.#fences.byId.values()].flatMap(({ feature: { id, properties } }) =>
      properties.rules.map(({ type }) => new Option(properties.name, `fence:${id}:${type}`)),
    );
    fill(this.#rules, ...this.#book.list.map(({ id, name }) => new Option(name, id)), ...ofFences);
  }

  async #submit(): Promise<void> {
    const time = fromInputValue(this.#time.value);
    const [vehicle, rule] = [this.#vehicle.value.trim(), this.#rule.value.trim()];
    if (vehicle === '' || rule === '' || !Number.isFinite(time)) {
      return fill(this.#answer, el('p', 'problem', t('why-not-incomplete')));
    }
    this.#ask.disabled = true;
    try {
      fill(this.#answer, ...answerView(await this.#book.whyNot(vehicle, rule, new Date(time).toISOString())));
    } catch (error) {
      fill(this.#answer, el('p', 'problem', t('action-failed', { message: (error as Error).message })));
    }
    this.#ask.disabled = false;
  }
}

function answerView({ rules, read, forms }: WhyNotJson): HTMLElement[] {
  if (rules.length === 0) return [el('p', 'muted', t('why-not-nothing'))];
  const answers = rules.map(({ ruleId, fenceId, fixTime, raised, checks }) =>
    el(
      'div',
      'why',
      el('h3', '', [ruleId, fenceId, fixTime && beijing(fixTime)].filter(Boolean).join(' · ')),
      el('p', '', t(raised ? 'why-not-raised' : 'why-not-none')),
      checkLines(checks),
    ),
  );
  return [...answers, ...basisView(read, forms)];
}

/** How far back the answer looked, and what it asked that was not so then. */
function basisView({ from, fixes, complete }: WhyNotJson['read'], forms: WhyNotJson['forms']): HTMLElement[] {
  const since = from === null ? '' : beijing(from);
  const others = forms.filter(({ form }) => form !== 'then');
  return [
    ...(from === null ? [] : [el('p', 'muted', t(complete ? 'why-not-read' : 'why-not-cut', { fixes, since }))]),
    ...others.map(({ object, form }) => el('p', 'muted', t(`why-not-form-${form as 'today' | 'absent'}`, { object }))),
  ];
}
