import type { MessageInfo } from '../../model/protocol-tools.js';
import type { ApiClient } from '../api-client.js';
import { button, el, fill } from '../dom.js';
import { type FormInput, formOf } from '../forms/form.js';
import { label, onLanguage, t } from '../text/language.js';
import { messageTitle, type ProtocolBook, type ProtocolJson } from './protocol-book.js';

/** What a person most often builds first. */
const FIRST_MESSAGE = '0x8300';

/** A frame built from a form. */
export class BuildPanel {
  readonly element: HTMLElement;
  readonly #api: ApiClient;
  readonly #book: ProtocolBook;
  readonly #explain: (hex: string) => void;
  readonly #protocol = el('select', 'field');
  readonly #message = el('select', 'field');
  readonly #edition = el('select', 'field');
  readonly #phone = el('input', 'field');
  readonly #seq = el('input', 'field');
  readonly #clause = el('p', 'muted');
  readonly #fields = el('div', 'build-fields');
  readonly #problem = el('p', 'problem');
  readonly #result = el('div', 'built-frames');
  #protocols: ProtocolJson[] = [];
  #form: FormInput | null = null;

  /** `explain` shows a frame byte by byte. */
  constructor(api: ApiClient, book: ProtocolBook, explain: (hex: string) => void) {
    this.#api = api;
    this.#book = book;
    this.#explain = explain;
    this.#phone.value = '13800138000';
    this.#seq.value = '1';
    const build = el('button', 'primary', label('build'));
    const form = el(
      'form',
      'build-form',
      el('label', '', label('protocol'), this.#protocol),
      el('label', 'wide', label('message'), this.#message),
      el('label', '', label('edition'), this.#edition),
      el('label', '', label('terminal-number'), this.#phone),
      el('label', '', label('serial-number'), this.#seq),
      this.#clause,
      this.#fields,
      el('div', 'actions', build),
      this.#problem,
    );
    form.noValidate = true;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#build();
    });
    this.element = el('section', 'build-panel', form, this.#result);
    this.#protocol.addEventListener('change', () => this.#listMessages());
    this.#message.addEventListener('change', () => this.#listEditions());
    this.#edition.addEventListener('change', () => this.#showFields());
    onLanguage(() => this.#listMessages());
  }

  async opened(): Promise<void> {
    if (this.#protocols.length > 0) return;
    this.#protocols = await this.#book.read();
    fill(this.#protocol, ...this.#protocols.map(({ name, title }) => new Option(title, name)));
    this.#listMessages();
  }

  get #chosen(): { protocol: ProtocolJson; message: MessageInfo } | null {
    const protocol = this.#protocols.find(({ name }) => name === this.#protocol.value);
    const message = protocol?.messages.find(({ id }) => id === this.#message.value);
    return protocol && message ? { protocol, message } : null;
  }

  #listMessages(): void {
    const protocol = this.#protocols.find(({ name }) => name === this.#protocol.value);
    if (!protocol) return;
    const before = this.#message.value || FIRST_MESSAGE;
    const group = (name: 'down' | 'up') => {
      const options = el('optgroup');
      options.label = t(`direction-${name}`);
      const messages = protocol.messages.filter(({ direction }) => direction === name);
      options.append(...messages.map((message) => new Option(messageTitle(message), message.id)));
      return options;
    };
    fill(this.#message, group('down'), group('up'));
    if (protocol.messages.some(({ id }) => id === before)) this.#message.value = before;
    this.#listEditions();
  }

  #listEditions(): void {
    const editions = this.#chosen?.message.editions ?? [];
    const before = this.#edition.value;
    fill(this.#edition, ...[...editions].reverse().map((edition) => new Option(edition, edition)));
    if (editions.includes(before)) this.#edition.value = before;
    this.#showFields();
  }

  #showFields(): void {
    const message = this.#chosen?.message;
    if (!message) return;
    const edition = this.#edition.value;
    const fields = message.fields[edition] ?? [];
    this.#form = formOf(message.covered ? fields : [{ name: 'bodyHex', type: 'hex' }]);
    this.#clause.textContent = message.clauses[edition] ?? '';
    fill(this.#fields, fields.length > 0 || !message.covered ? this.#form.element : el('p', 'muted', t('no-body')));
    this.#problem.textContent = '';
    fill(this.#result); // a frame of another message would be taken for this form's
  }

  async #build(): Promise<void> {
    const chosen = this.#chosen;
    if (!chosen || !this.#form) return;
    const { protocol, message } = chosen;
    fill(this.#result);
    try {
      const { frames } = await this.#api.post<{ frames: string[] }>(
        `/v1/protocols/${encodeURIComponent(protocol.name)}/encode`,
        {
          ...(this.#form.value() as Record<string, unknown>),
          msgId: message.id,
          edition: this.#edition.value,
          phone: this.#phone.value,
          seq: Number(this.#seq.value),
        },
      );
      this.#problem.textContent = '';
      fill(
        this.#result,
        el('h2', '', t('built-frames', { count: frames.length })),
        ...frames.map((frame) => el('code', 'built-frame', frame)),
        button('chip', t('explain-this'), () => this.#explain(frames.join(''))),
      );
    } catch (error) {
      this.#problem.textContent = (error as Error).message;
    }
  }
}
