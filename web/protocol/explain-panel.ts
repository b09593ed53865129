import { parseHex } from '../../model/hex-text.js';
import type { ApiClient } from '../api-client.js';
import { debounce, el, fill } from '../dom.js';
import { label, onLanguage, t } from '../text/language.js';
import { explainedView } from './explained-view.js';
import type { Explanation, ProtocolBook } from './protocol-book.js';

const TYPING_MS = 250;

/** Frames pasted as hex, taken apart byte by byte. */
export class ExplainPanel {
  readonly element: HTMLElement;
  readonly #api: ApiClient;
  readonly #book: ProtocolBook;
  readonly #hex = el('textarea', 'field hex-input');
  readonly #protocol = el('select', 'field');
  readonly #edition = el('select', 'field');
  readonly #lenient = el('input');
  readonly #problem = el('p', 'problem');
  readonly #result = el('div', 'explained-frames');
  #asked = 0;

  constructor(api: ApiClient, book: ProtocolBook) {
    this.#api = api;
    this.#book = book;
    this.#hex.rows = 4;
    this.#hex.spellcheck = false;
    this.#hex.placeholder = '7e 00 02 00 00 04 30 48 32 54 65 00 b7 ca 7e';
    this.#lenient.type = 'checkbox';
    this.element = el(
      'section',
      'explain-panel',
      el('label', 'hex-label', label('explain-paste'), this.#hex),
      el(
        'div',
        'explain-options',
        el('label', '', label('protocol'), this.#protocol),
        el('label', '', label('edition'), this.#edition),
        el('label', '', this.#lenient, label('explain-lenient')),
      ),
      this.#problem,
      this.#result,
    );
    this.#hex.addEventListener(
      'input',
      debounce(TYPING_MS, () => void this.#explain()),
    );
    this.#protocol.addEventListener('change', () => void this.#explain());
    this.#edition.addEventListener('change', () => void this.#explain());
    this.#lenient.addEventListener('change', () => void this.#explain());
    onLanguage(() => void this.#explain());
  }

  async opened(): Promise<void> {
    if (this.#protocol.options.length > 0) return;
    const protocols = await this.#book.read();
    fill(this.#protocol, ...protocols.map(({ name, title }) => new Option(title, name)));
    const showEditions = () => {
      const { editions } = protocols.find(({ name }) => name === this.#protocol.value) ?? protocols[0];
      fill(this.#edition, ...['auto', ...editions].map((edition) => new Option(edition, edition)));
    };
    this.#protocol.addEventListener('change', showEditions);
    showEditions();
  }

  /** Puts `hex` into the field and explains it. */
  show(hex: string): void {
    this.#hex.value = hex;
    void this.#explain();
  }

  async #explain(): Promise<void> {
    const asked = ++this.#asked;
    const problem = this.#wrongHex();
    this.#problem.textContent = problem ?? '';
    if (problem !== null || this.#hex.value.trim() === '') {
      fill(this.#result);
      return;
    }
    try {
      const { bytes, frames } = await this.#api.post<Explanation>(
        `/v1/protocols/${encodeURIComponent(this.#protocol.value)}/explain`,
        { hex: this.#hex.value, edition: this.#edition.value, lenient: this.#lenient.checked },
      );
      const titles = await Promise.all(frames.map((frame) => this.#book.titleOf(frame)));
      if (asked !== this.#asked) return; // something else was pasted meanwhile
      fill(this.#result, ...frames.map((frame, i) => explainedView(bytes, frame, titles[i])));
    } catch (error) {
      if (asked === this.#asked) this.#problem.textContent = (error as Error).message;
    }
  }

  /** Which character is wrong, for people; selects it, unless it is the end that is still being typed. */
  #wrongHex(): string | null {
    const text = this.#hex.value;
    const parsed = parseHex(text);
    if ('digits' in parsed || text.trim() === '') return null;
    if (parsed.at >= text.length) return t('hex-half');
    if (document.activeElement === this.#hex) this.#hex.setSelectionRange(parsed.at, parsed.at + 1);
    return t('hex-wrong', { at: parsed.at + 1, character: text[parsed.at] });
  }
}
