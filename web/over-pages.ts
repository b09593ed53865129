import type { AccessKey } from './access-key.js';
import { button, el } from './dom.js';
import type { PageAddress } from './page-address.js';
import { label, t } from './text/language.js';

/** The pages beside the monitor, by their names in the address. */
export const PAGE_NAMES = ['rules', 'webhooks', 'audit', 'server', 'protocol'] as const;
export type PageName = (typeof PAGE_NAMES)[number];

/** A page that lies over the map. */
export interface OverPage {
  readonly element: HTMLElement;
  /** Called whenever the page comes into view, and after a change of the key; throws as ApiClient does. */
  opened(): Promise<void>;
  /** It is in view no more. */
  closed?(): void;
}

/** The pages that the address opens over the map: each made when it is first asked for, none or one in view. */
export class OverPages {
  readonly elements: HTMLElement[];
  readonly #address: PageAddress;
  readonly #makers: Record<PageName, () => Promise<OverPage>>;
  readonly #frames = new Map<PageName, HTMLElement>();
  readonly #pages = new Map<PageName, OverPage>();
  #shown: PageName | null = null;

  constructor(address: PageAddress, key: AccessKey, makers: Record<PageName, () => Promise<OverPage>>) {
    this.#address = address;
    this.#makers = makers;
    for (const name of PAGE_NAMES) {
      const again = button('chip', label('try-again'), () => void this.#open(name));
      const trouble = el('div', 'page-trouble', el('p', 'problem'), again);
      trouble.setAttribute('role', 'alert');
      trouble.hidden = true;
      const frame = el('main', `over-page ${name}-page`, trouble);
      frame.hidden = true;
      this.#frames.set(name, frame);
    }
    this.elements = [...this.#frames.values()];
    address.onChange(() => this.#follow());
    key.onChange(() => this.#shown && void this.#open(this.#shown));
    this.#follow();
  }

  /** One of them covers the map. */
  get covers(): boolean {
    return this.#shown !== null;
  }

  #follow(): void {
    const wanted = pageOf(this.#address);
    if (wanted === this.#shown) return;
    if (this.#shown) this.#pages.get(this.#shown)?.closed?.();
    this.#shown = wanted;
    for (const [name, frame] of this.#frames) frame.hidden = name !== wanted;
    if (wanted) void this.#open(wanted);
  }

  /** Asks for what the page needs, again where it could not be had before. */
  async #open(name: PageName): Promise<void> {
    const frame = this.#frames.get(name)!;
    const [trouble] = frame.children as unknown as [HTMLElement];
    frame.ariaBusy = 'true';
    try {
      const page = await this.#page(name, frame);
      await page.opened();
      trouble.hidden = true;
      // The address may have moved on while the server was asked.
      if (name !== this.#shown) page.closed?.();
    } catch (error) {
      trouble.hidden = false;
      trouble.firstElementChild!.textContent = t('page-unread', { message: (error as Error).message });
    }
    frame.ariaBusy = null;
  }

  async #page(name: PageName, frame: HTMLElement): Promise<OverPage> {
    const known = this.#pages.get(name);
    if (known) return known;
    const page = await this.#makers[name]();
    if (this.#pages.has(name)) return this.#pages.get(name)!; // asked for twice meanwhile
    this.#pages.set(name, page);
    frame.append(page.element);
    return page;
  }
}

/** The page that the address names; null: the monitor. */
export function pageOf(address: PageAddress): PageName | null {
  return PAGE_NAMES.find((name) => address.get(name) !== null) ?? null;
}
