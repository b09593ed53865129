import type { ApiClient } from '../api-client.js';
import type { Page } from '../api-types.js';
import { button, el, fill } from '../dom.js';
import { labelled, namesIn, textField, timeField } from '../forms/labelled.js';
import type { OverPage } from '../over-pages.js';
import { row, table } from '../table.js';
import { actLabel } from '../text/act-names.js';
import { label, onLanguage, t } from '../text/language.js';
import { beijing, fromInputValue } from '../time.js';

const PAGE = 100;
/** An import concerns thousands. */
const OBJECTS_SHOWN = 4;

/** Items of `GET /v1/audit`; times RFC 3339. */
interface AuditJson {
  time: string;
  actor: string;
  action: string;
  objects: string[];
  note: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/** The page behind `#audit`: who did what, newest first. */
export class AuditPage implements OverPage {
  readonly element = el('div', 'page-body');
  readonly #api: ApiClient;
  readonly #actor = textField(100);
  readonly #object = textField(200);
  readonly #from = timeField();
  readonly #to = timeField();
  readonly #problem = el('p', 'problem');
  readonly #list = el('div');
  readonly #more = button('chip', label('read-more'), () => void this.#attempt(() => this.#read(this.#cursor)));
  #entries: AuditJson[] = [];
  #cursor: string | null = null;

  constructor(api: ApiClient) {
    this.#api = api;
    this.#object.placeholder = 'fence/…, vehicle/…, alert/…';
    this.#problem.setAttribute('role', 'alert');
    this.#more.hidden = true;
    const form = el(
      'form',
      'filter-line',
      labelled(label('audit-actor'), this.#actor),
      labelled(label('audit-object'), this.#object),
      labelled(label('track-from'), this.#from),
      labelled(label('track-to'), this.#to),
      el('button', 'chip', label('track-show')),
    );
    form.noValidate = true;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#attempt(() => this.#read(null));
    });
    this.element.append(
      el('div', 'panel-line', el('h1', '', label('page-audit')), el('p', 'muted', label('audit-about'))),
      form,
      this.#problem,
      this.#list,
      this.#more,
    );
    onLanguage(() => this.#draw());
  }

  async opened(): Promise<void> {
    await this.#read(null);
  }

  /** A page of acts: the first, or the one behind `cursor`. */
  async #read(cursor: string | null): Promise<void> {
    const page = await this.#api.get<Page<AuditJson>>('/v1/audit', {
      actor: namesIn(this.#actor.value)?.join(),
      object: namesIn(this.#object.value)?.join(),
      from: timeOf(this.#from),
      to: timeOf(this.#to),
      limit: PAGE,
      cursor: cursor ?? undefined,
    });
    this.#entries = cursor === null ? page.items : [...this.#entries, ...page.items];
    this.#cursor = page.cursor;
    this.#draw();
  }

  async #attempt(read: () => Promise<void>): Promise<void> {
    try {
      await read();
      this.#problem.textContent = '';
    } catch (error) {
      this.#problem.textContent = t('page-unread', { message: (error as Error).message });
    }
  }

  #draw(): void {
    this.#more.hidden = this.#cursor === null;
    const heads = [
      t('audit-time'),
      t('audit-actor'),
      t('audit-action'),
      t('audit-object'),
      t('note'),
      t('audit-change'),
    ];
    const rows = this.#entries.map((entry) => this.#row(entry));
    fill(this.#list, rows.length > 0 ? table(heads, rows) : el('p', 'muted', t('audit-empty')));
  }

  #row({ time, actor, action, objects, note, before, after }: AuditJson): HTMLElement {
    const links = objects.slice(0, OBJECTS_SHOWN).map((object) =>
      button('link', object, () => {
        this.#object.value = object;
        void this.#attempt(() => this.#read(null));
      }),
    );
    const others = objects.length - links.length;
    const about = el('div', 'audit-objects', ...links, others > 0 && el('small', '', t('and-more', { count: others })));
    const changed = changes(unwrapped(before), unwrapped(after));
    const more =
      changed.length > 0 &&
      el(
        'details',
        '',
        el('summary', '', t('audit-parts', { count: changed.length })),
        el('pre', '', changed.join('\n')),
      );
    return row(beijing(time), actor, actLabel(action), about, note ?? '', more);
  }
}

/** "limit: 40 → 60", a line for each member that is not what it was. */
function changes(before: AuditJson['before'], after: AuditJson['after']): string[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  const text = (value: unknown) => (value === undefined ? '–' : JSON.stringify(value));
  return [...names].flatMap((name) => {
    const [was, is] = [text(before?.[name]), text(after?.[name])];
    return was === is ? [] : [before ? `${name}: ${was} → ${is}` : `${name}: ${is}`];
  });
}

/** What is said under one name alone, such as the rule of an act about a rule, is told member by member. */
function unwrapped(content: AuditJson['after']): AuditJson['after'] {
  const members = Object.values(content ?? {});
  const [only] = members;
  const isObject = typeof only === 'object' && only !== null && !Array.isArray(only);
  return members.length === 1 && isObject ? (only as Record<string, unknown>) : content;
}

function timeOf({ value }: HTMLInputElement): string | undefined {
  return value === '' ? undefined : new Date(fromInputValue(value)).toISOString();
}
