import type { AlertBook } from '../alert-book.js';
import type { MuteJson } from '../api-types.js';
import { button, el, fill } from '../dom.js';
import { alertLabel } from '../text/alert-kinds.js';
import { onLanguage, t } from '../text/language.js';
import { beijingShort, epochMs } from '../time.js';

/** What is kept quiet just now, by whom, why and until when; folded away, and not there where nothing is. */
export class MuteList {
  readonly element = el('details', 'mute-list');
  readonly #summary = el('summary');
  readonly #rows = el('ul', 'rows');
  readonly #problem = el('p', 'problem');
  readonly #book: AlertBook;

  constructor(book: AlertBook) {
    this.#book = book;
    this.element.append(this.#summary, this.#rows, this.#problem);
    book.onChange(() => this.#draw());
    onLanguage(() => this.#draw());
    this.#draw();
  }

  #draw(): void {
    const now = Date.now();
    const mutes = this.#book.mutes.filter(({ to }) => epochMs(to) > now);
    this.element.hidden = mutes.length === 0;
    this.#summary.textContent = t('mutes', { count: mutes.length });
    fill(this.#rows, ...mutes.map((mute) => this.#row(mute)));
  }

  #row({ id, scope, to, reason, by }: MuteJson): HTMLElement {
    const { types = [], ...others } = scope;
    const what = [...types.map(alertLabel), ...Object.values(others).flat()];
    return el(
      'li',
      'mute-row',
      el('span', 'row-name', what.join(' · ')),
      el('span', 'row-value', t('mute-until', { time: beijingShort(to) })),
      el('span', 'row-detail', `${by}: ${reason}`),
      button('quiet', t('mute-end'), () => void this.#end(id)),
    );
  }

  async #end(id: string): Promise<void> {
    try {
      await this.#book.endMute(id);
      this.#problem.textContent = '';
    } catch (error) {
      this.#problem.textContent = t('action-failed', { message: (error as Error).message });
    }
  }
}
