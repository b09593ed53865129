import type { ApiClient } from '../api-client.js';
import { confirmButton } from '../confirm-button.js';
import { button, el, fill } from '../dom.js';
import type { Fences } from '../fences.js';
import { checkbox } from '../forms/labelled.js';
import type { OverPage } from '../over-pages.js';
import { severityMark } from '../panels/state-mark.js';
import { row, table } from '../table.js';
import { alertLabel } from '../text/alert-kinds.js';
import { label, onLanguage, t } from '../text/language.js';
import { named } from '../text/named.js';
import { categoryLabel } from '../text/names.js';
import { PACKS, UNCONFIRMED } from '../text/pack-names.js';
import { beijing } from '../time.js';
import { RuleBook } from './rule-book.js';
import { RuleEditor } from './rule-editor.js';
import type { RuleJson, RulePackJson } from './rule-types.js';
import { WhyNotPanel } from './why-not-panel.js';

/** Of a long scope the first names say enough. */
const MOST_NAMES = 3;

/** The page behind `#rules`: the rules in force, one of them in the editor, packs of the law, and why not. */
export class RulesPage implements OverPage {
  readonly element = el('div', 'page-body');
  readonly #book: RuleBook;
  readonly #editor: RuleEditor;
  readonly #whyNot: WhyNotPanel;
  readonly #said = el('p');
  readonly #rules = el('div');
  readonly #packs = el('div');

  constructor(api: ApiClient, fences: Fences) {
    this.#book = new RuleBook(api);
    this.#editor = new RuleEditor(this.#book, () => this.opened());
    this.#whyNot = new WhyNotPanel(this.#book, fences);
    this.#said.setAttribute('role', 'status');
    this.element.append(
      el(
        'div',
        'panel-line',
        el('h1', '', label('page-rules')),
        el('p', 'muted', label('rules-about')),
        el('span', 'spacer'),
        button('primary', label('rule-new'), () => this.#editor.open(null)),
      ),
      this.#said,
      this.#editor.element,
      this.#rules,
      this.#packs,
      this.#whyNot.element,
    );
    onLanguage(() => this.#draw());
  }

  async opened(): Promise<void> {
    await this.#book.read();
    this.#draw();
    this.#whyNot.refresh();
  }

  #draw(): void {
    const { list, packs } = this.#book;
    const heads = [
      t('rule'),
      t('rule-kind'),
      t('severity'),
      t('rule-scope'),
      t('rule-effective'),
      t('rule-enabled'),
      '',
    ];
    const rules =
      list.length > 0
        ? table(
            heads,
            list.map((rule) => this.#row(rule)),
          )
        : el('p', 'muted', t('rules-empty'));
    fill(this.#rules, rules);
    fill(
      this.#packs,
      el('h2', '', t('rule-packs')),
      table(
        [t('rule-pack'), t('rule-pack-rules'), t('rule-pack-unconfirmed'), ''],
        packs.map((pack) => this.#packRow(pack)),
      ),
    );
  }

  #row(rule: RuleJson): HTMLElement {
    const { id, name, type, severity, scope, effectiveFrom, effectiveTo, enabled } = rule;
    const box = checkbox(enabled);
    box.ariaLabel = `${t('rule-enabled')}: ${name}`;
    box.addEventListener('change', () => void this.#do(() => this.#book.enable(rule, box.checked)));
    const effective = [effectiveFrom, effectiveTo].map((time) => (time ? beijing(time).slice(0, 10) : '…'));
    const line = row(
      el('span', '', name, el('small', '', id)),
      alertLabel(type),
      el('span', 'with-mark', severityMark(severity), t(`severity-${severity}`)),
      scopeText(scope) || t('rule-everywhere'),
      effectiveFrom || effectiveTo ? effective.join(' – ') : '',
      box,
      el(
        'td',
        'row-actions',
        button('quiet', t('change'), () => this.#editor.open(rule)),
        confirmButton('quiet', t('delete'), () => void this.#do(() => this.#book.remove(id))),
      ),
    );
    line.classList.toggle('off', !enabled);
    return line;
  }

  #packRow({ id, name, revision, rules, unconfirmed }: RulePackJson): HTMLElement {
    const inForce = rules.filter((rule) => this.#book.list.some((each) => each.id === rule.id)).length;
    return row(
      el('span', '', Object.hasOwn(PACKS, id) ? named(PACKS, id) : name, el('small', '', revision)),
      t('rule-pack-count', { inForce, all: rules.length }),
      el(
        'span',
        'muted',
        ...unconfirmed.map(({ rule, what }) => el('div', '', `${rule}: ${named(UNCONFIRMED, what)}`)),
      ),
      el(
        'td',
        'row-actions',
        confirmButton('chip', t('rule-pack-install'), () => void this.#do(() => this.#book.install(id))),
      ),
    );
  }

  async #do(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
      this.#say('');
      await this.opened();
    } catch (error) {
      this.#say(t('action-failed', { message: (error as Error).message }));
      this.#draw();
    }
  }

  #say(problem: string): void {
    this.#said.className = problem ? 'problem' : '';
    this.#said.textContent = problem;
  }
}

/** "Taxi, Bus · 3202 · except: 13912345678". */
function scopeText({ except, ...scope }: RuleJson['scope']): string {
  const exempt = except && listsText(except);
  return [listsText(scope), exempt && t('rule-except', { names: exempt })].filter(Boolean).join(' · ');
}

function listsText({ categories, ...others }: Omit<RuleJson['scope'], 'except'>): string {
  const lists: (readonly string[])[] = [categories?.map(categoryLabel) ?? [], ...Object.values(others)];
  return lists
    .filter((names) => names.length > 0)
    .map((names) =>
      names.length > MOST_NAMES ? [...names.slice(0, MOST_NAMES), `+${names.length - MOST_NAMES}`] : names,
    )
    .map((names) => names.join(', '))
    .join(' · ');
}
