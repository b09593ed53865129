import type { StreamState } from '../../client/index.js';
import type { AlertBook } from '../alert-book.js';
import { button, el, svg } from '../dom.js';
import { PAGE_NAMES, pageOf } from '../over-pages.js';
import type { PageAddress } from '../page-address.js';
import type { ServerStatus } from '../server-status.js';
import { label, language, number, onLanguage, setLanguage, t } from '../text/language.js';
import { beijing } from '../time.js';

/** Name of the product, the counters that tell how things are, the connection, the clock and the language. */
export class TopBar {
  readonly element: HTMLElement;
  readonly #online = el('b');
  readonly #known = el('b');
  readonly #rate = el('b');
  readonly #open = el('b');
  readonly #clock = el('span', 'clock');
  readonly #connection = el('span', 'connection-text');
  readonly #badge: HTMLElement;
  readonly #retry: HTMLButtonElement;
  #state: StreamState = 'connecting';
  #retryAt = 0;

  constructor(status: ServerStatus, alerts: AlertBook, address: PageAddress, retryNow: () => void) {
    this.#retry = button('quiet', label('retry-now'), retryNow);
    this.#badge = el('div', 'connection', el('i', 'lamp'), this.#connection, this.#retry);
    this.#badge.setAttribute('role', 'status');
    this.element = el(
      'header',
      'top-bar',
      el('div', 'brand', logo(), el('strong', '', '车迹 Cheji'), el('span', 'muted', label('product'))),
      pages(address),
      el(
        'dl',
        'counters',
        counter(this.#online, el('dt', '', label('count-online'))),
        counter(this.#known, el('dt', '', label('count-known'))),
        counter(this.#rate, el('dt', '', label('count-rate'))),
        counter(this.#open, el('dt', '', label('count-open-alerts'))),
      ),
      this.#badge,
      el('div', 'beijing', this.#clock, el('span', 'muted', label('beijing-time'))),
      button('quiet', label('other-language'), () => setLanguage(language() === 'en' ? 'zh-CN' : 'en')),
    );
    const showCounts = () => {
      const { stats, fixesPerSecond } = status;
      this.#online.textContent = stats ? number(stats.vehicles.online) : '–';
      this.#known.textContent = stats ? number(stats.vehicles.known) : '–';
      this.#rate.textContent = Number.isNaN(fixesPerSecond) ? '–' : number(fixesPerSecond, fixesPerSecond < 10 ? 1 : 0);
      this.#open.textContent = alerts.loaded ? number(alerts.openCount()) : '–';
      this.#open.parentElement!.parentElement!.classList.toggle('some-open', alerts.openCount() > 0);
    };
    status.onChange(showCounts);
    alerts.onChange(showCounts);
    onLanguage(showCounts);
    onLanguage(() => this.#showConnection());
    showCounts();
    this.#showConnection();
    this.#tick();
    setInterval(() => this.#tick(), 1000);
  }

  /** `retryAt` in epoch ms while waiting. */
  setConnection(state: StreamState, retryAt: number): void {
    this.#state = state;
    this.#retryAt = retryAt;
    this.#showConnection();
  }

  #tick(): void {
    this.#clock.textContent = beijing(Date.now());
    if (this.#state === 'waiting') this.#showConnection();
  }

  #showConnection(): void {
    this.#badge.dataset.state = this.#state;
    this.#retry.hidden = this.#state !== 'waiting' && this.#state !== 'refused';
    const seconds = Math.max(0, Math.ceil((this.#retryAt - Date.now()) / 1000));
    this.#connection.textContent =
      this.#state === 'connected'
        ? t('stream-connected')
        : this.#state === 'connecting'
          ? t('stream-connecting')
          : this.#state === 'refused'
            ? t('stream-refused')
            : t('stream-waiting', { seconds });
  }
}

/** The pages of the console, of which the address says which one is seen. */
function pages(address: PageAddress): HTMLElement {
  const names = [null, ...PAGE_NAMES];
  const links = names.map((name) =>
    button('page', label(`page-${name ?? 'monitor'}`), () => address.open(PAGE_NAMES, name)),
  );
  const follow = () => {
    const open = pageOf(address);
    for (const [i, link] of links.entries()) link.ariaCurrent = names[i] === open ? 'page' : null;
    // On a telephone not all of them fit.
    links[names.indexOf(open)].scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  address.onChange(follow);
  follow();
  return el('nav', 'pages', ...links);
}

function counter(value: HTMLElement, name: HTMLElement): HTMLElement {
  return el('div', '', el('dd', '', value), name);
}

function logo(): SVGElement {
  return svg(
    'svg',
    { viewBox: '0 0 32 32', width: 26, height: 26, 'aria-hidden': 'true' },
    svg('path', {
      d: 'M4 26c4-1 7-4 8-8s3-7 6-8',
      fill: 'none',
      stroke: 'currentColor',
      'stroke-width': 2.6,
      'stroke-linecap': 'round',
      'stroke-dasharray': '0.1 4.8',
    }),
    svg('path', { d: 'M29 3 25.4 14.6 22.6 10 17.200 7.600Z', fill: 'currentColor' }),
  );
}
