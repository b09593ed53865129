import { button, el, fill } from '../dom.js';
import { type FormInput, formOf } from '../forms/form.js';
import { labelled } from '../forms/labelled.js';
import { fieldsOf } from '../forms/shape.js';
import { alertLabel, kindAbout } from '../text/alert-kinds.js';
import { label, language, onLanguage, t } from '../text/language.js';
import { RULE_NOTES } from '../text/rule-notes.js';
import { RehearsalPanel } from './rehearsal-panel.js';
import { bodyOf, type RuleBook } from './rule-book.js';
import { ruleFields } from './rule-fields.js';
import type { RuleBody, RuleJson } from './rule-types.js';

/** Defines a rule, or changes one, and tries it on what was recorded before it is in force. */
export class RuleEditor {
  readonly element = el('section', 'card rule-editor');
  readonly #book: RuleBook;
  readonly #saved: () => Promise<void>;
  readonly #title = el('h2');
  readonly #kind = el('select', 'field');
  readonly #about = el('p', 'muted');
  readonly #fields = el('div');
  readonly #problem = el('p', 'problem');
  readonly #save = el('button', 'primary', label('save'));
  readonly #rehearsal: RehearsalPanel;
  #rule: RuleJson | null = null;
  #form: FormInput | null = null;

  constructor(book: RuleBook, saved: () => Promise<void>) {
    this.#book = book;
    this.#saved = saved;
    this.#rehearsal = new RehearsalPanel(book, () => ({ ...this.#body(), ...(this.#rule && { id: this.#rule.id }) }));
    this.element.hidden = true;
    this.#problem.setAttribute('role', 'alert');
    this.#kind.addEventListener('change', () => this.#drawFields({}));
    const form = el(
      'form',
      'rule-form',
      this.#title,
      labelled(label('rule-kind'), this.#kind),
      this.#about,
      this.#fields,
      this.#problem,
      el(
        'div',
        'actions',
        this.#save,
        button('quiet', label('cancel'), () => this.close()),
      ),
    );
    form.noValidate = true;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.element.append(form, this.#rehearsal.element);
    onLanguage(() => !this.element.hidden && this.open(this.#rule));
  }

  /** null: a new one. */
  open(rule: RuleJson | null): void {
    this.#rule = rule;
    const kinds = this.#book.kinds.map(({ type }) => new Option(`${alertLabel(type)} (${type})`, type));
    fill(this.#kind, ...kinds);
    if (rule) this.#kind.value = rule.type;
    this.#kind.disabled = rule !== null;
    fill(this.#title, rule ? t('rule-change', { id: rule.id }) : t('rule-new'));
    this.#problem.textContent = '';
    this.#rehearsal.clear();
    this.#drawFields(rule ? bodyOf(rule) : {});
    this.element.hidden = false;
    this.element.scrollIntoView({ block: 'start' });
  }

  close(): void {
    this.element.hidden = true;
  }

  #drawFields(values: Record<string, unknown>): void {
    const kind = this.#book.kinds.find(({ type }) => type === this.#kind.value);
    if (!kind) return;
    this.#about.textContent = kindAbout(kind.type, kind.describe);
    const params = fieldsOf(kind.params, noteOf);
    this.#form = formOf(ruleFields(params, alertLabel(kind.type), kind.fences !== 'none'), values);
    fill(this.#fields, this.#form.element);
  }

  #body(): RuleBody {
    return { ...(this.#form!.value() as object), type: this.#kind.value };
  }

  async #submit(): Promise<void> {
    this.#save.disabled = true;
    try {
      await this.#book.put(this.#rule?.id ?? null, this.#body());
      this.close();
      await this.#saved();
    } catch (error) {
      this.#problem.textContent = t('action-failed', { message: (error as Error).message });
    }
    this.#save.disabled = false;
  }
}

/** What the server says of a parameter, in the language of the page; undefined where that has no words for it. */
function noteOf(english: string): string | undefined {
  if (language() === 'en') return english;
  return Object.hasOwn(RULE_NOTES, english) ? RULE_NOTES[english] : undefined;
}
