import type { WebhookInput } from '../../model/webhook.js';
import type { ApiClient } from '../api-client.js';
import { confirmButton } from '../confirm-button.js';
import { button, el, fill, keyedRows } from '../dom.js';
import type { OverPage } from '../over-pages.js';
import { label, number, onLanguage, t } from '../text/language.js';
import { beijing } from '../time.js';
import { WebhookBook } from './webhook-book.js';
import { WebhookDetail } from './webhook-detail.js';
import { WebhookForm } from './webhook-form.js';
import type { WebhookJson } from './webhook-types.js';

const POLL_MS = 3000;

/** The page behind `#webhooks`: who is told of alerts by HTTP request, how far each is, and what was put aside. */
export class WebhooksPage implements OverPage {
  readonly element = el('div', 'page-body');
  readonly #book: WebhookBook;
  readonly #form: WebhookForm;
  readonly #detail: WebhookDetail;
  readonly #rows = el('tbody');
  readonly #table: HTMLElement;
  readonly #empty = el('p', 'muted', label('webhook-empty'));
  readonly #secret = el('div', 'card secret');
  #chosen: string | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(api: ApiClient) {
    this.#book = new WebhookBook(api);
    this.#form = new WebhookForm((id, input) => this.#save(id, input));
    this.#detail = new WebhookDetail(this.#book, () => this.opened());
    const heads = [
      'webhook-state',
      'webhook-url',
      'webhook-behind',
      'webhook-delivered',
      'webhook-dead',
      'webhook-last',
    ] as const;
    const head = el('tr', '', ...heads.map((key) => el('th', '', label(key))), el('th'));
    this.#table = el('div', 'table-frame', el('table', 'data-table', el('thead', '', head), this.#rows));
    this.#secret.hidden = true;
    this.#secret.setAttribute('role', 'status');
    this.element.append(
      el(
        'div',
        'panel-line',
        el('h1', '', label('page-webhooks')),
        el('p', 'muted', label('webhook-about')),
        el('span', 'spacer'),
        button('primary', label('webhook-new'), () => this.#form.open(null)),
      ),
      this.#secret,
      this.#form.element,
      this.#empty,
      this.#table,
      this.#detail.element,
    );
    onLanguage(() => {
      this.#rows.replaceChildren();
      this.#detail.forget();
      if (this.#timer !== undefined) void this.#refresh();
    });
  }

  async opened(): Promise<void> {
    await this.#read();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void this.#refresh(), POLL_MS);
  }

  closed(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #read(): Promise<void> {
    await this.#book.read();
    this.#draw();
    const webhook = this.#book.byId(this.#chosen);
    this.#detail.element.hidden = !webhook;
    if (webhook) await this.#detail.show(webhook);
  }

  /** A server that is away is told of by the status line. */
  async #refresh(): Promise<void> {
    await this.#read().catch(() => {});
  }

  #draw(): void {
    const { list } = this.#book;
    this.#empty.hidden = list.length > 0;
    this.#table.hidden = list.length === 0;
    keyedRows(
      this.#rows,
      list,
      ({ id }) => id,
      ({ id }) => this.#createRow(id),
      (row, webhook) => this.#updateRow(row, webhook),
    );
  }

  #createRow(id: string): HTMLElement {
    const cells = Array.from({ length: 6 }, () => el('td'));
    const pause = button('quiet', '', () => this.#act(id, (webhook) => this.#book.pause(webhook, !webhook.paused)));
    pause.dataset.act = 'pause';
    const actions = [
      button('quiet', t('webhook-test'), () => void this.#ping(id)),
      pause,
      button('quiet', t('change'), () => this.#form.open(this.#book.byId(id) ?? null)),
      confirmButton('quiet', t('webhook-secret'), () => void this.#newSecret(id)),
      confirmButton('quiet', t('delete'), () => this.#act(id, () => this.#book.remove(id))),
    ];
    return el('tr', '', ...cells, el('td', 'row-actions', ...actions));
  }

  #updateRow(row: HTMLElement, webhook: WebhookJson): void {
    const { id, url, description, delivery } = webhook;
    const state = stateOf(webhook);
    const cells = [...row.children] as HTMLElement[];
    row.ariaCurrent = id === this.#chosen ? 'true' : null;
    row.dataset.state = state;
    fill(cells[0], el('span', `webhook-state ${state}`, t(`webhook-${state}`)));
    if (cells[1].childElementCount === 0) {
      cells[1].append(
        button('link', url, () => this.#choose(id)),
        el('small', ''),
      );
    }
    cells[1].firstElementChild!.textContent = url;
    cells[1].lastElementChild!.textContent = description;
    const counts = [delivery?.behind, delivery?.delivered, delivery?.deadLetters];
    for (const [i, count] of counts.entries()) cells[2 + i].textContent = count === undefined ? '–' : number(count);
    cells[5].textContent = delivery?.lastDeliveredAt ? beijing(delivery.lastDeliveredAt) : '–';
    row.querySelector('[data-act=pause]')!.textContent = t(webhook.paused ? 'webhook-resume' : 'webhook-pause');
  }

  #choose(id: string): void {
    this.#chosen = id;
    this.#detail.say('');
    void this.#refresh();
  }

  async #save(id: string | null, input: WebhookInput): Promise<void> {
    const webhook = await this.#book.put(id, input);
    this.#chosen = webhook.id;
    if (id === null) this.#showSecret(webhook.secret);
    await this.#refresh();
  }

  async #newSecret(id: string): Promise<void> {
    await this.#act(id, async () => this.#showSecret(await this.#book.newSecret(id)));
  }

  #showSecret(secret: string): void {
    const value = el('code', 'copied', secret);
    const close = button('quiet', t('close'), () => {
      this.#secret.hidden = true;
      fill(this.#secret);
    });
    fill(
      this.#secret,
      el('b', '', t('webhook-secret-once')),
      value,
      el('p', 'muted', t('webhook-secret-about')),
      close,
    );
    this.#secret.hidden = false;
  }

  async #ping(id: string): Promise<void> {
    this.#chosen = id;
    await this.#act(id, async () => {
      const { delivered, failure, ms } = await this.#book.ping(id);
      const answer = [failure?.status && `HTTP ${failure.status}`, failure?.detail].filter(Boolean).join(' · ');
      this.#detail.say(
        t(delivered ? 'webhook-ping-taken' : 'webhook-ping-failed', { ms: number(ms), answer }),
        !delivered,
      );
    });
  }

  async #act(id: string, act: (webhook: WebhookJson) => Promise<unknown>): Promise<void> {
    const webhook = this.#book.byId(id);
    if (!webhook) return;
    this.#detail.element.hidden = false;
    try {
      await act(webhook);
    } catch (error) {
      this.#detail.say(t('action-failed', { message: (error as Error).message }), true);
    }
    await this.#refresh();
  }
}

type State = 'paused' | 'gone' | 'open' | 'failing' | 'running' | 'opening';

function stateOf({ paused, delivery }: WebhookJson): State {
  if (paused) return 'paused';
  if (!delivery) return 'opening';
  if (delivery.stopped === 'gone') return 'gone';
  if (delivery.circuit !== 'closed') return 'open';
  return delivery.failures > 0 ? 'failing' : 'running';
}
