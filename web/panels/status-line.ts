import { el, fill } from '../dom.js';
import type { ServerStatus } from '../server-status.js';
import { number, onLanguage, type TextKey, t } from '../text/language.js';

/** Fixes that the rules may be behind before it is worth a word. */
const WORTH_SAYING = 1000;
/** A server may be slow once. */
const SILENCE_WORTH_SAYING_S = 6;

/** How the server is: the line at the foot of the page, and a banner above the map while something is amiss. */
export class StatusLine {
  readonly element = el('footer', 'status-line');
  readonly banner = el('div', 'banner');
  readonly #status: ServerStatus;
  readonly #pointer = el('span', 'pointer');

  constructor(status: ServerStatus) {
    this.#status = status;
    this.banner.setAttribute('role', 'alert');
    this.banner.hidden = true;
    status.onChange(() => this.#show());
    for (const event of ['online', 'offline']) addEventListener(event, () => this.#show());
    onLanguage(() => this.#show());
    this.#show();
  }

  showPointer(lon: number, lat: number): void {
    this.#pointer.textContent = `${lon.toFixed(5)}, ${lat.toFixed(5)}`;
  }

  #show(): void {
    const { stats, parts, silent } = this.#status;
    const database = parts.database?.state ?? stats?.store.state ?? 'unknown';
    fill(
      this.element,
      silent
        ? entry('bad', t('server-silent'))
        : entry(
            database === 'ready' ? 'good' : database === 'unknown' ? 'dim' : 'bad',
            `${t('database')} ${databaseText(database)}`,
            parts.database?.detail,
          ),
      stats && entry(stats.log.state === 'ok' ? 'good' : 'bad', `${t('spool')} ${spoolText(stats.log)}`),
      stats &&
        stats.engine.inSpool > WORTH_SAYING &&
        entry('bad', t('engine-behind', { count: number(stats.engine.inSpool) })),
      el('span', 'spacer'),
      this.#pointer,
      el('span', 'muted', t('base-map')),
    );
    const text = this.#bannerText(database);
    this.banner.hidden = text === '';
    // Said again only where it is another: a reader of the screen would repeat it.
    if (this.banner.textContent !== text) this.banner.textContent = text;
  }

  /** What stands above the map: the worst first, nothing where all is well. */
  #bannerText(database: string): string {
    const { stats, parts, silentSince } = this.#status;
    if (!navigator.onLine && !isLocal()) return t('offline-banner');
    if (silentSince !== null) {
      const seconds = Math.round((Date.now() - silentSince) / 1000);
      return seconds >= SILENCE_WORTH_SAYING_S ? t('server-silent-banner', { seconds: number(seconds) }) : '';
    }
    const log = parts.spool?.state ?? stats?.log.state;
    if (log === 'failed') return t('log-failed-banner');
    if (log === 'full') return t('log-full-banner');
    return database === 'away' ? t('database-away-banner', { count: number(stats?.store.inSpool ?? 0) }) : '';
  }
}

function entry(health: 'good' | 'bad' | 'dim', text: string, detail = ''): HTMLElement {
  const element = el('span', `health ${health}`, el('i', 'lamp'), text);
  element.title = detail;
  return element;
}

function databaseText(state: string): string {
  const known: Record<string, TextKey> = {
    ready: 'database-ready',
    away: 'database-away',
    starting: 'database-starting',
    unknown: 'database-unknown',
  };
  return Object.hasOwn(known, state) ? t(known[state]) : state;
}

function spoolText({ state, bytes, quotaBytes }: { state: string; bytes: number; quotaBytes: number }): string {
  const sizes = { used: size(bytes), quota: size(quotaBytes) };
  if (state === 'full') return t('spool-full');
  if (state === 'failed') return t('spool-failed');
  return t(state === 'filling' ? 'spool-filling' : 'spool-ok', sizes);
}

/** Bytes as MB or GB. */
function size(bytes: number): string {
  return bytes < 1e9 ? `${number(bytes / 1e6)} MB` : `${number(bytes / 1e9, 1)} GB`;
}

/** A server on this very computer needs no network. */
function isLocal(): boolean {
  return /^(localhost|127\.|\[::1\])/.test(location.hostname);
}
