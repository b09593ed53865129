import type { ApiClient } from '../api-client.js';
import { el } from '../dom.js';
import type { OverPage } from '../over-pages.js';
import { Tabs } from '../panels/tabs.js';
import { BuildPanel } from './build-panel.js';
import { ExplainPanel } from './explain-panel.js';
import type { ProtocolBook } from './protocol-book.js';
import { QuarantinePanel } from './quarantine-panel.js';

/** The page behind `#protocol`: what terminals say, byte by byte. */
export class ProtocolPage implements OverPage {
  readonly element = el('div');
  readonly #panels: readonly { opened(): Promise<void> }[];

  constructor(api: ApiClient, book: ProtocolBook) {
    const explain = new ExplainPanel(api, book);
    const build = new BuildPanel(api, book, (hex) => {
      tabs.show('explain');
      explain.show(hex);
    });
    const quarantine = new QuarantinePanel(api, book);
    const tabs = new Tabs([
      ['explain', explain.element],
      ['build-frame', build.element],
      ['quarantine', quarantine.element],
    ]);
    this.#panels = [explain, build, quarantine];
    this.element.append(tabs.element);
  }

  async opened(): Promise<void> {
    await Promise.all(this.#panels.map((panel) => panel.opened()));
  }
}
