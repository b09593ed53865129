import type { QuirkInfo } from '../../model/quirks.js';
import type { ApiClient } from '../api-client.js';
import type { TerminalQuirks, VehicleJson } from '../api-types.js';
import { button, el, fill } from '../dom.js';
import type { ProtocolBook } from '../protocol/protocol-book.js';
import { onLanguage, t } from '../text/language.js';

/** How a vehicle's terminals differ from the standard: what holds, and a person's choice. */
export class QuirkPanel {
  readonly element = el('details', 'quirk-panel');
  readonly #api: ApiClient;
  readonly #book: ProtocolBook;
  readonly #problem = el('p', 'problem');
  #vehicleId = '';
  #quirks: TerminalQuirks[] = [];
  #known: QuirkInfo[] = [];

  constructor(api: ApiClient, book: ProtocolBook) {
    this.#api = api;
    this.#book = book;
    onLanguage(() => this.#draw());
  }

  async open({ id, quirks, terminals }: VehicleJson): Promise<void> {
    this.#vehicleId = id;
    this.#quirks = quirks ?? [];
    this.#problem.textContent = '';
    this.element.open = false;
    try {
      const spoken = (await this.#book.read()).filter(({ name }) => terminals.some((it) => it.protocol === name));
      this.#known = spoken.flatMap((protocol) => protocol.quirks);
    } catch {
      this.#known = []; // nothing to choose from, then
    }
    this.#draw();
  }

  /** `null`: as each terminal is recognised. */
  async #put(names: string[] | null): Promise<void> {
    const id = this.#vehicleId;
    try {
      const path = `/v1/vehicles/${encodeURIComponent(id)}/quirks`;
      const { quirks } = await this.#api.put<{ quirks: TerminalQuirks[] }>(path, { names });
      if (id !== this.#vehicleId) return; // another was opened meanwhile
      this.#quirks = quirks;
      this.#problem.textContent = '';
    } catch (error) {
      this.#problem.textContent = t('action-failed', { message: (error as Error).message });
    }
    this.#draw();
  }

  #draw(): void {
    this.element.hidden = this.#known.length === 0;
    const holds = new Set(this.#quirks.flatMap(({ names }) => names));
    const set = this.#quirks.some((terminal) => terminal.set);
    const boxes = this.#known.map(({ name, note }) => {
      const box = el('input');
      box.type = 'checkbox';
      box.checked = holds.has(name);
      return { name, box, row: el('label', 'quirk', box, el('span', 'field-name', name), el('small', '', note)) };
    });
    const chosen = () => boxes.filter(({ box }) => box.checked).map(({ name }) => name);
    fill(
      this.element,
      el('summary', '', [t('quirks'), [...holds].join(', ')].filter(Boolean).join(': ')),
      el('p', 'muted', t(set ? 'quirks-set' : 'quirks-recognised')),
      ...boxes.map(({ row }) => row),
      this.#problem,
      el(
        'div',
        'actions',
        button('quiet', t('quirks-save'), () => void this.#put(chosen())),
        set && button('quiet', t('quirks-reset'), () => void this.#put(null)),
      ),
    );
  }
}
