import type { AccessKey } from '../access-key.js';
import type { ApiClient } from '../api-client.js';
import { el } from '../dom.js';
import type { PageAddress } from '../page-address.js';
import { Tabs } from '../panels/tabs.js';
import { BuildPanel } from './build-panel.js';
import { ExplainPanel } from './explain-panel.js';
import { ProtocolBook } from './protocol-book.js';
import { QuarantinePanel } from './quarantine-panel.js';

/** The page behind `#protocol`: what terminals say, byte by byte. */
export class ProtocolPage {
  readonly element: HTMLElement;
  readonly #problem = el('p', 'problem');
  readonly #explain: ExplainPanel;
  readonly #build: BuildPanel;
  readonly #quarantine: QuarantinePanel;

  constructor(api: ApiClient, key: AccessKey, address: PageAddress) {
    const book = new ProtocolBook(api);
    this.#explain = new ExplainPanel(api, book);
    const showExplained = (hex: string) => {
      tabs.show('explain');
      this.#explain.show(hex);
    };
    this.#build = new BuildPanel(api, book, showExplained);
    this.#quarantine = new QuarantinePanel(api, book);
    const tabs = new Tabs([
      ['explain', this.#explain.element],
      ['build-frame', this.#build.element],
      ['quarantine', this.#quarantine.element],
    ]);
    this.element = el('section', 'protocol-page', this.#problem, tabs.element);
    const follow = () => {
      this.element.hidden = address.get('protocol') === null;
      if (!this.element.hidden) void this.#opened();
    };
    address.onChange(follow);
    key.onChange(follow);
    follow();
  }

  /** Asks for what the page needs, again where it could not be had before. */
  async #opened(): Promise<void> {
    try {
      await Promise.all([this.#explain.opened(), this.#build.opened(), this.#quarantine.opened()]);
      this.#problem.textContent = '';
    } catch (error) {
      this.#problem.textContent = (error as Error).message;
    }
  }
}
