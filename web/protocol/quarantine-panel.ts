import type { QuarantineGroup, RerunResult } from '../../model/quarantine.js';
import type { ApiClient } from '../api-client.js';
import type { Page } from '../api-types.js';
import { button, el, fill } from '../dom.js';
import { label, onLanguage, t } from '../text/language.js';
import { outcomeLabel, rejectLabel } from '../text/names.js';
import { beijing } from '../time.js';
import { explainedView } from './explained-view.js';
import { type Explanation, messageTitle, type ProtocolBook } from './protocol-book.js';

/** A group as `GET /v1/quarantine/groups` gives it: with RFC 3339 times. */
type GroupJson = Omit<QuarantineGroup, 'first' | 'last'> & { first: string; last: string };

interface RerunJson {
  decodes: number;
  applied: number;
  fixes: number;
  items: RerunResult[];
}

/** What was refused, by cause; each entry byte by byte, and what it would give today. */
export class QuarantinePanel {
  readonly element: HTMLElement;
  readonly #api: ApiClient;
  readonly #book: ProtocolBook;
  readonly #problem = el('p', 'problem');
  readonly #groupsTable = el('div', 'quarantine-groups');
  readonly #group = el('div', 'quarantine-group');
  readonly #explained = el('div', 'explained-frames');
  #groups: GroupJson[] = [];
  #chosen: string | null = null;
  #results: RerunJson | null = null;

  constructor(api: ApiClient, book: ProtocolBook) {
    this.#api = api;
    this.#book = book;
    this.element = el(
      'section',
      'quarantine-panel',
      el(
        'div',
        'panel-line',
        el('p', 'muted', label('quarantine-about')),
        button('chip', label('refresh'), () => void this.opened()),
      ),
      this.#problem,
      this.#groupsTable,
      this.#group,
      this.#explained,
    );
    onLanguage(() => void this.#draw());
  }

  async opened(): Promise<void> {
    await this.#attempt(async () => {
      this.#groups = (await this.#api.get<Page<GroupJson>>('/v1/quarantine/groups')).items;
    });
    await this.#draw();
  }

  async #choose(key: string): Promise<void> {
    this.#chosen = key;
    fill(this.#explained);
    await this.#rerun(false);
  }

  /** Without `apply` it changes nothing: it is how the entries of a group are shown. */
  async #rerun(apply: boolean): Promise<void> {
    await this.#attempt(async () => {
      const asked = this.#chosen;
      const results = await this.#api.post<RerunJson>('/v1/quarantine/rerun', { group: asked, apply });
      if (asked === this.#chosen) this.#results = results;
    });
    await this.#draw();
  }

  async #explain(number: number): Promise<void> {
    await this.#attempt(async () => {
      const { bytes, frames } = await this.#api.get<Explanation>(`/v1/quarantine/${number}/explain`);
      const titles = await Promise.all(frames.map((frame) => this.#book.titleOf(frame)));
      fill(this.#explained, ...frames.map((frame, i) => explainedView(bytes, frame, `#${number} · ${titles[i]}`)));
    });
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#problem.textContent = '';
    } catch (error) {
      this.#problem.textContent = (error as Error).message;
    }
  }

  async #draw(): Promise<void> {
    const names = await this.#messageNames();
    fill(this.#groupsTable, this.#groups.length > 0 ? this.#table(names) : el('p', 'muted', t('quarantine-empty')));
    fill(this.#group, ...(this.#results ? this.#entries(this.#results) : []));
  }

  async #messageNames(): Promise<(source: string, id: string) => string> {
    const protocols = await this.#book.read().catch(() => []); // ids say enough, then
    return (source, id) => {
      const messages = protocols.find(({ name }) => name === source)?.messages ?? [];
      const message = messages.find((each) => each.id === id);
      return message ? messageTitle(message) : id;
    };
  }

  #table(names: (source: string, id: string) => string): HTMLElement {
    const rows = this.#groups.map((group) => {
      const open = button('link', rejectLabel(group.reason), () => void this.#choose(group.key));
      const row = el(
        'tr',
        '',
        el('td', '', open),
        el('td', '', group.messageId ? names(group.source, group.messageId) : group.source),
        el('td', '', [group.edition, lengthText(group.lengthOff)].filter(Boolean).join(' · ')),
        el('td', '', [group.manufacturer, group.model].filter(Boolean).join(' ') || '–'),
        el('td', 'number', String(group.count)),
        el('td', 'number', String(group.terminals)),
        el('td', 'muted', beijing(group.last)),
      );
      if (group.key === this.#chosen) row.ariaCurrent = 'true';
      return row;
    });
    return table(['reason', 'message', 'form', 'model', 'count', 'terminals', 'last'], rows);
  }

  #entries({ items, decodes, applied, fixes }: RerunJson): HTMLElement[] {
    const waiting = items.reduce((sum, item) => sum + (item.outcome === 'decodes' ? item.fixes : 0), 0);
    const rows = items.map((item) =>
      el(
        'tr',
        '',
        el('td', 'number', `#${item.number}`),
        el('td', '', item.terminal ?? '–'),
        el('td', '', item.vehicleId ?? '–'),
        el('td', `outcome ${item.outcome}`, outcomeLabel(item.outcome)),
        el('td', 'muted', [item.reason && rejectLabel(item.reason), item.detail].filter(Boolean).join(': ')),
        el('td', 'number', String(item.fixes)),
        el(
          'td',
          '',
          button('link', t('explain'), () => void this.#explain(item.number)),
        ),
      ),
    );
    return [
      el(
        'div',
        'panel-line',
        el('h2', '', applied > 0 ? t('rerun-applied', { fixes }) : t('rerun-decodes', { decodes, all: items.length })),
        button('chip', t('rerun'), () => void this.#rerun(false)),
        waiting > 0 && button('chip', t('rerun-apply', { fixes: waiting }), () => void this.#rerun(true)),
      ),
      table(['entry', 'terminals', 'vehicle', 'outcome', 'why-not', 'fixes', 'none'], rows),
    ].filter((each) => each !== null);
  }
}

type Column =
  | 'reason'
  | 'message'
  | 'form'
  | 'model'
  | 'count'
  | 'terminals'
  | 'last'
  | 'entry'
  | 'vehicle'
  | 'outcome'
  | 'why-not'
  | 'fixes'
  | 'none';

function table(columns: readonly Column[], rows: HTMLElement[]): HTMLElement {
  const head = columns.map((name) => el('th', '', name === 'none' ? '' : t(`column-${name}`)));
  return el('table', '', el('thead', '', el('tr', '', ...head)), el('tbody', '', ...rows));
}

/** "−10 bytes" where the length field is wrong. */
function lengthText(lengthOff: number | null): string {
  if (!lengthOff) return '';
  return t('bytes-off', { count: lengthOff > 0 ? `+${lengthOff}` : `−${-lengthOff}` });
}
