import { el, fill } from '../dom.js';
import { facts } from '../panels/facts.js';
import { row, table } from '../table.js';
import { number, t } from '../text/language.js';
import { beijing } from '../time.js';
import { answerText, LetterList } from './letter-list.js';
import type { WebhookBook } from './webhook-book.js';
import { isNameList } from './webhook-form.js';
import type { AttemptJson, WebhookJson } from './webhook-types.js';

/** Tries that are shown of the last hundred. */
const TRIES_SHOWN = 20;

/** One webhook: how its deliveries go, what was put aside for it, its last tries. */
export class WebhookDetail {
  readonly element = el('section', 'webhook-detail');
  readonly #book: WebhookBook;
  readonly #facts = el('div');
  readonly #said = el('p', 'webhook-said');
  readonly #letters: LetterList;
  readonly #tries = el('div');
  #id: string | null = null;

  /** `after` reads all anew when something was done. */
  constructor(book: WebhookBook, after: () => Promise<void>) {
    this.#book = book;
    this.#letters = new LetterList(() => book.lettersOf(this.#id!), this.#said, after);
    this.#said.setAttribute('role', 'status');
    this.element.append(this.#facts, this.#said, this.#letters.element, this.#tries);
  }

  /** Throws as ApiClient does. */
  async show(webhook: WebhookJson): Promise<void> {
    const { id } = webhook;
    if (id !== this.#id) this.#letters.clear();
    this.#id = id;
    const [letters, tries] = await Promise.all([this.#book.lettersOf(id).read(), this.#book.attempts(id)]);
    if (id !== this.#id) return; // another was chosen meanwhile
    fill(this.#facts, el('h2', '', webhook.description || webhook.url), webhookFacts(webhook));
    this.#letters.show(letters);
    fill(this.#tries, el('h3', '', t('webhook-tries')), triesTable(tries));
  }

  /** Draws all of it again, in the language of now. */
  forget(): void {
    this.#letters.forget();
  }

  /** What came of something that was just done. */
  say(text: string, isProblem = false): void {
    this.#letters.say(text, isProblem);
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

/** Part of a filter, in the words of the form that asks for it. */
function partLabel(name: string): string {
  return name === 'severity' || isNameList(name) ? t(`webhook-${name}`) : name;
}
