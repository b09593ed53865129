import { confirmButton } from '../confirm-button.js';
import { button, el, fill } from '../dom.js';
import { checkbox } from '../forms/labelled.js';
import { facts } from '../panels/facts.js';
import { row, table } from '../table.js';
import { alertLabel } from '../text/alert-kinds.js';
import { number, t } from '../text/language.js';
import { beijing } from '../time.js';
import type { WebhookBook } from './webhook-book.js';
import { isNameList } from './webhook-form.js';
import type { AttemptJson, LetterJson, WebhookJson } from './webhook-types.js';

/** Tries that are shown of the last hundred. */
const TRIES_SHOWN = 20;

/** One webhook: how its deliveries go, what was put aside for it, its last tries. */
export class WebhookDetail {
  readonly element = el('section', 'webhook-detail');
  readonly #book: WebhookBook;
  readonly #after: () => Promise<void>;
  readonly #facts = el('div');
  readonly #said = el('p', 'webhook-said');
  readonly #letters = el('div', 'webhook-letters');
  readonly #tries = el('div');
  /** Numbers of the letters that are ticked. */
  readonly #ticked = new Set<number>();
  #id: string | null = null;
  #drawnLetters = '';

  /** `after` reads all anew when something was done. */
  constructor(book: WebhookBook, after: () => Promise<void>) {
    this.#book = book;
    this.#after = after;
    this.#said.setAttribute('role', 'status');
    this.element.append(this.#facts, this.#said, this.#letters, this.#tries);
  }

  /** Throws as ApiClient does. */
  async show(webhook: WebhookJson): Promise<void> {
    const { id } = webhook;
    if (id !== this.#id) {
      this.#ticked.clear();
      this.#drawnLetters = '';
    }
    this.#id = id;
    const [letters, tries] = await Promise.all([this.#book.letters(id), this.#book.attempts(id)]);
    if (id !== this.#id) return; // another was chosen meanwhile
    fill(this.#facts, el('h2', '', webhook.description || webhook.url), webhookFacts(webhook));
    this.#drawLetters(letters);
    fill(this.#tries, el('h3', '', t('webhook-tries')), triesTable(tries));
  }

  /** Draws all of it again, in the language of now. */
  forget(): void {
    this.#drawnLetters = '';
  }

  /** What came of something that was just done. */
  say(text: string, isProblem = false): void {
    this.#said.classList.toggle('problem', isProblem);
    fill(this.#said, text);
  }

  /** Left alone while nothing changes, so that ticks and the focus stay. */
  #drawLetters(letters: LetterJson[]): void {
    const drawn = letters.map(({ no, attempts }) => `${no}:${attempts}`).join();
    if (drawn === this.#drawnLetters) return;
    this.#drawnLetters = drawn;
    for (const no of this.#ticked) if (!letters.some((letter) => letter.no === no)) this.#ticked.delete(no);
    fill(
      this.#letters,
      el('h3', '', t('webhook-letters', { count: letters.length })),
      letters.length === 0 ? el('p', 'muted', t('webhook-no-letters')) : this.#letterTable(letters),
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

  #letterTable(letters: LetterJson[]): HTMLElement {
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
    return t('webhook-replayed', { count: await this.#book.replay(this.#id!, which) });
  }

  async #throwAway(): Promise<string> {
    const numbers = [...this.#ticked];
    if (numbers.length === 0) return t('webhook-none-ticked');
    for (const no of numbers) await this.#book.throwAway(this.#id!, no);
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

function webhookFacts({ id, url, filter, delivery }: WebhookJson): HTMLElement {
  const wanted = Object.entries(filter).map(
    ([name, values]) => `${partLabel(name)}: ${(values as unknown[]).join(', ')}`,
  );
  const failure = delivery?.lastFailure;
  return facts([
    [t('webhook-id'), el('code', '', id)],
    [t('webhook-url'), url],
    [t('webhook-filter'), wanted.join(' · ') || t('webhook-all-alerts')],
    [t('webhook-behind'), delivery && number(delivery.behind)],
    [t('webhook-delivered'), delivery && number(delivery.delivered)],
    [t('webhook-last'), delivery?.lastDeliveredAt ? beijing(delivery.lastDeliveredAt) : null],
    [t('webhook-failure'), failure ? `${beijing(failure.at)} · ${answerText(failure)}` : null],
    [t('webhook-next'), delivery?.nextTryAt ? beijing(delivery.nextTryAt) : null],
  ]);
}

function triesTable(tries: AttemptJson[]): HTMLElement {
  if (tries.length === 0) return el('p', 'muted', t('webhook-no-tries'));
  return table(
    [t('webhook-when'), t('webhook-message'), t('webhook-answer'), 'ms'],
    tries.slice(0, TRIES_SHOWN).map(({ at, id, delivered, failure, ms }) => {
      const line = row(beijing(at), el('code', '', id), failure ? answerText(failure) : t('webhook-taken'), number(ms));
      line.className = delivered ? 'good' : 'bad';
      return line;
    }),
  );
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

function answerText({ status, detail }: { status: number | null; detail: string }): string {
  return [status === null ? '' : `HTTP ${status}`, detail].filter(Boolean).join(' · ');
}

/** Part of a filter, in the words of the form that asks for it. */
function partLabel(name: string): string {
  return name === 'severity' || isNameList(name) ? t(`webhook-${name}`) : name;
}
