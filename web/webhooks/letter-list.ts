import { confirmButton } from '../confirm-button.js';
import { button, el, fill } from '../dom.js';
import { checkbox } from '../forms/labelled.js';
import { row, table } from '../table.js';
import { alertLabel } from '../text/alert-kinds.js';
import { number, t } from '../text/language.js';
import { beijing } from '../time.js';
import type { DeadLetters } from './dead-letters.js';
import type { LetterJson } from './webhook-types.js';

/** Messages that were put aside: looked at, sent again or thrown away. */
export class LetterList {
  readonly element = el('div', 'webhook-letters');
  readonly #letters: () => DeadLetters;
  readonly #after: () => Promise<void>;
  readonly #said: HTMLElement;
  /** Numbers of the letters that are ticked. */
  readonly #ticked = new Set<number>();
  #drawn = '';

  /** `letters`: those that are shown; `said` tells what came of something; `after` reads all anew when it was done. */
  constructor(letters: () => DeadLetters, said: HTMLElement, after: () => Promise<void>) {
    this.#letters = letters;
    this.#said = said;
    this.#after = after;
  }

  /** Left alone while nothing changes, so that ticks and the focus stay. */
  show(letters: readonly LetterJson[]): void {
    const drawn = letters.map(({ no, attempts }) => `${no}:${attempts}`).join() || 'none';
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    for (const no of this.#ticked) if (!letters.some((letter) => letter.no === no)) this.#ticked.delete(no);
    fill(
      this.element,
      el('h3', '', t('webhook-letters', { count: letters.length })),
      letters.length === 0 ? el('p', 'muted', t('webhook-no-letters')) : this.#table(letters),
      letters.length > 0 &&
        el(
          'div',
          'actions',
          button('quiet', t('webhook-replay-all'), () => this.#do(() => this.#replay('all'))),
          button('quiet', t('webhook-replay'), () => this.#do(() => this.#replay([...this.#ticked]))),
          confirmButton('quiet', t('webhook-throw-away'), () => this.#do(() => this.#throwAway())),
        ),
    );
  }

  /** Those that come next are somebody else's. */
  clear(): void {
    this.#ticked.clear();
    this.forget();
  }

  /** Draws all of it again, in the language of now. */
  forget(): void {
    this.#drawn = '';
  }

  /** What came of something that was just done. */
  say(text: string, isProblem = false): void {
    this.#said.classList.toggle('problem', isProblem);
    fill(this.#said, text);
  }

  #table(letters: readonly LetterJson[]): HTMLElement {
    const heads = ['', t('webhook-when'), t('webhook-message'), t('webhook-answer'), t('webhook-attempts')];
    return table(
      heads,
      letters.map((letter) => {
        const box = checkbox(this.#ticked.has(letter.no));
        box.ariaLabel = `#${letter.no}`;
        box.addEventListener('change', () => {
          if (box.checked) this.#ticked.add(letter.no);
          else this.#ticked.delete(letter.no);
        });
        return row(box, beijing(letter.at), messageView(letter), answerText(letter), number(letter.attempts));
      }),
    );
  }

  async #replay(which: number[] | 'all'): Promise<string> {
    if (which.length === 0) return t('webhook-none-ticked');
    return t('webhook-replayed', { count: await this.#letters().replay(which) });
  }

  async #throwAway(): Promise<string> {
    const numbers = [...this.#ticked];
    if (numbers.length === 0) return t('webhook-none-ticked');
    for (const no of numbers) await this.#letters().throwAway(no);
    return t('webhook-thrown-away', { count: numbers.length });
  }

  async #do(act: () => Promise<string>): Promise<void> {
    try {
      this.say(await act());
    } catch (error) {
      this.say(t('action-failed', { message: (error as Error).message }), true);
    }
    await this.#after();
  }
}

/** What it tells of, and all of it behind a click. */
function messageView({ id, message }: LetterJson): HTMLElement {
  const { alert, transition } = message as {
    alert?: { type: string; plate: string | null; vehicleId: string };
    transition?: string;
  };
  const about = alert ? `${alertLabel(alert.type)} · ${alert.plate ?? alert.vehicleId} · ${transition ?? ''}` : id;
  return el('details', '', el('summary', '', about), el('pre', '', JSON.stringify(message, null, 1)));
}

/** What a receiver answered. */
export function answerText({ status, detail }: { status: number | null; detail: string }): string {
  return [status === null ? '' : `HTTP ${status}`, detail].filter(Boolean).join(' · ');
}
