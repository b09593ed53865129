import type { FenceRule } from '../../model/fence.js';
import { el, fill, keyedRows } from '../dom.js';
import type { Fences, ShownFence } from '../fences.js';
import { number, onLanguage, t } from '../text/language.js';

/** Every fence with its rules. */
export class FenceList {
  readonly element: HTMLElement;
  readonly #fences: Fences;
  readonly #summary = el('p', 'list-summary');
  readonly #rows = el('ul', 'rows');
  readonly #pick: (fence: ShownFence) => void;
  readonly #point: (id: string | null) => void;

  /** `pick` is called on a click, `point` while the pointer is over a row. */
  constructor(fences: Fences, pick: (fence: ShownFence) => void, point: (id: string | null) => void) {
    this.#fences = fences;
    this.#pick = pick;
    this.#point = point;
    this.element = el('section', 'fence-list', this.#summary, this.#rows);
    fences.onChange(() => this.#draw());
    onLanguage(() => this.#draw());
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
        fill(name, nameOf(fence));
        fill(rules, describe(fence));
      },
    );
    this.#summary.textContent = this.#fences.problem
      ? t('fences-unread', { message: this.#fences.problem })
      : shown.length === 0
        ? t('no-fences')
        : '';
  }

  #createRow(id: string): HTMLElement {
    const open = el('button', 'row two-lines', el('span', 'row-name'), el('span', 'row-detail'));
    open.type = 'button';
    open.addEventListener('click', () => {
      const fence = this.#fences.byId.get(id);
      if (fence) this.#pick(fence);
    });
    open.addEventListener('pointerenter', () => this.#point(id));
    open.addEventListener('pointerleave', () => this.#point(null));
    return el('li', '', open);
  }
}

function nameOf({ feature }: ShownFence): string {
  return feature.properties.name;
}

/** "circle · enter, over 40 km/h · 07:00–09:00". */
function describe({ feature: { geometry, properties } }: ShownFence): string {
  const kinds = { Point: 'fence-circle', LineString: 'fence-corridor' } as const;
  const kind = t(geometry.type === 'Point' || geometry.type === 'LineString' ? kinds[geometry.type] : 'fence-area');
  const { rules, hours } = properties;
  return [kind, rules.map(ruleText).join(', '), hours && `${hours.from}–${hours.to}`].filter(Boolean).join(' · ');
}

function ruleText(rule: FenceRule): string {
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
