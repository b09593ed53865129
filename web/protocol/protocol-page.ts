import type { AccessKey } from '../access-key.js';
import type { ApiClient } from '../api-client.js';
import { el } from '../dom.js';
import type { PageAddress } from '../page-address.js';
import { Tabs } from '../panels/tabs.js';
import { BuildPanel } from './build-panel.js';
import { ExplainPanel } from './explain-panel.js';
import type { ProtocolBook } from './protocol-book.js';
import { QuarantinePanel } from './quarantine-panel.js';

/** What each panel of the page does whenever the page is seen; throws as ApiClient does. */
interface Panel {
  opened(): Promise<void>;
}

/** The page behind `#protocol`: what terminals say, byte by byte. Made when it is first asked for. */
export class ProtocolPage {
  readonly element = el('section', 'protocol-page');
  readonly #problem = el('p', 'problem');
  readonly #api: ApiClient;
  readonly #book: ProtocolBook;
  #panels: Panel[] | null = null;

  constructor(api: ApiClient, book: ProtocolBook, key: AccessKey, address: PageAddress) {
    this.#api = api;
    this.#book = book;
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
    this.#panels ??= this.#make();
    try {
      await Promise.all(this.#panels.map((panel) => panel.opened()));
      this.#problem.textContent = '';
    } catch (error) {
      this.#problem.textContent = (error as Error).message;
    }
  }

  #make(): Panel[] {
    const explain = new ExplainPanel(this.#api, this.#book);
    const build = new BuildPanel(this.#api, this.#book, (hex) => {
      tabs.show('explain');
      explain.show(hex);
    });
    const quarantine = new QuarantinePanel(this.#api, this.#book);
    const tabs = new Tabs([
      ['explain', explain.element],
      ['build-frame', build.element],
      ['quarantine', quarantine.element],
    ]);
    this.element.append(this.#problem, tabs.element);
    return [explain, build, quarantine];
  }
}
