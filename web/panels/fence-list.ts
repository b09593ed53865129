import type { FenceRule } from '../../model/fence.js';
import type { FenceFeature } from '../api-types.js';
import { confirmButton } from '../confirm-button.js';
import { button, el, fill, keyedRows } from '../dom.js';
import { isTimedElse } from '../fence/fence-rules.js';
import type { Fences, ShownFence } from '../fences.js';
import { label, number, onLanguage, t } from '../text/language.js';

export interface FenceActs {
  /** A row was clicked. */
  show(fence: ShownFence): void;
  /** The pointer is over a row, or over none. */
  point(id: string | null): void;
  /** null: a new one. */
  change(feature: FenceFeature | null): void;
}

/** Every fence with its rules; of the chosen one, what can be done with it. */
export class FenceList {
  readonly element: HTMLElement;
  readonly #fences: Fences;
  readonly #summary = el('p', 'list-summary');
  readonly #rows = el('ul', 'rows');
  readonly #problem = el('p', 'problem');
  readonly #acts: FenceActs;
  #chosen = '';

  constructor(fences: Fences, acts: FenceActs) {
    this.#fences = fences;
    this.#acts = acts;
    this.#problem.setAttribute('role', 'alert');
    const make = button('chip', label('fence-new'), () => acts.change(null));
    this.element = el('section', 'fence-list', el('div', 'list-head', make), this.#summary, this.#problem, this.#rows);
    fences.onChange(() => this.#draw());
    onLanguage(() => {
      this.#rows.replaceChildren();
      this.#draw();
    });
    this.#draw();
  }

  #draw(): void {
    const shown = [...this.#fences.byId.values()].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    keyedRows(
      this.#rows,
      shown,
      ({ feature }) => feature.id,
      ({ feature }) => this.#createRow(feature.id),
      (row, fence) => {
        const [name, rules] = row.firstElementChild!.children;
        const id = fence.feature.id;
        fill(name, nameOf(fence));
        fill(rules, describe(fence));
        const chosen = id === this.#chosen;
        row.firstElementChild!.ariaCurrent = chosen ? 'true' : null;
        if (chosen !== row.childElementCount > 1)
          row.replaceChildren(row.firstElementChild!, ...(chosen ? [this.#actions(id)] : []));
      },
    );
    this.#summary.textContent = this.#fences.problem
      ? t('fences-unread', { message: this.#fences.problem })
      : shown.length > 0
        ? ''
        : t(this.#fences.loaded ? 'no-fences' : 'loading');
  }

  #createRow(id: string): HTMLElement {
    const open = el('button', 'row two-lines', el('span', 'row-name'), el('span', 'row-detail'));
    open.type = 'button';
    open.addEventListener('click', () => {
      const fence = this.#fences.byId.get(id);
      if (!fence) return;
      this.#chosen = id;
      this.#draw();
      this.#acts.show(fence);
    });
    open.addEventListener('pointerenter', () => this.#acts.point(id));
    open.addEventListener('pointerleave', () => this.#acts.point(null));
    return el('li', '', open);
  }

  #actions(id: string): HTMLElement {
    const feature = () => this.#fences.byId.get(id)?.feature;
    return el(
      'div',
      'actions',
      button('quiet', t('change'), () => this.#acts.change(feature() ?? null)),
      confirmButton('quiet', t('delete'), () => void this.#remove(feature())),
    );
  }

  async #remove(feature: FenceFeature | undefined): Promise<void> {
    try {
      if (feature) await this.#fences.remove(feature);
      this.#problem.textContent = '';
    } catch (error) {
      this.#problem.textContent = t('action-failed', { message: (error as Error).message });
      void this.#fences.refresh();
    }
  }
}

function nameOf({ feature }: ShownFence): string {
  return feature.properties.name;
}

/** "circle · enter, over 40 km/h · 07:00–09:00 · fence-7": by its id rules name it. */
function describe({ feature: { id, geometry, properties } }: ShownFence): string {
  const kinds = { Point: 'fence-circle', LineString: 'fence-corridor' } as const;
  const kind = t(geometry.type === 'Point' || geometry.type === 'LineString' ? kinds[geometry.type] : 'fence-area');
  const { rules, hours } = properties;
  return [kind, rules.map(ruleText).join(', '), hours && `${hours.from}–${hours.to}`, id].filter(Boolean).join(' · ');
}

/** "enter after 300 s", with a mark where it says more of when it counts. */
function ruleText(rule: FenceRule): string {
  const seconds = rule.type === 'overspeed' ? rule.duration : rule.timing?.minDuration;
  const text = seconds ? t('rule-after', { rule: kindText(rule), seconds: number(seconds) }) : kindText(rule);
  return isTimedElse(rule) ? t('rule-timed', { rule: text }) : text;
}

function kindText(rule: FenceRule): string {
  switch (rule.type) {
    case 'enter':
      return t('rule-enter');
    case 'exit':
      return t('rule-exit');
    case 'overspeed':
      return t('rule-overspeed', { limit: limitText(rule.limit) });
  }
}

/** "40", or "40–80" where segments of a corridor have limits of their own. */
function limitText(limit: number | (number | null)[]): string {
  if (!Array.isArray(limit)) return number(limit);
  const limits = limit.filter((kmh) => kmh !== null);
  const [least, most] = [Math.min(...limits), Math.max(...limits)];
  return least === most ? number(least) : `${number(least)}–${number(most)}`;
}
