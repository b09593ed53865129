import type { Alert } from '../../model/alert.js';
import type { AlertBook } from '../alert-book.js';
import { atMostEvery, button, el, fill, keyedRows } from '../dom.js';
import type { Fences } from '../fences.js';
import { checkbox } from '../forms/labelled.js';
import { alertLabel } from '../text/alert-kinds.js';
import { label, onLanguage, t } from '../text/language.js';
import { beijingShort } from '../time.js';
import { AlertBatch } from './alert-batch.js';
import { AlertFilter } from './alert-filter.js';
import { MuteList } from './mute-list.js';
import { severityMark } from './state-mark.js';

const MOST_ROWS = 200;

/** Alerts as they come, the newest on top. */
export class AlertList {
  readonly element: HTMLElement;
  readonly #book: AlertBook;
  readonly #fences: Fences;
  readonly #pick: (alert: Alert) => void;
  readonly #rows = el('ul', 'rows alert-rows');
  readonly #notice = el('p', 'list-summary');
  readonly #open: HTMLButtonElement;
  readonly #all: HTMLButtonElement;
  readonly #select: HTMLButtonElement;
  readonly #narrow = new AlertFilter(() => this.#draw());
  readonly #batch: AlertBatch;
  #onlyOpen = true;

  constructor(book: AlertBook, fences: Fences, pick: (alert: Alert) => void) {
    this.#book = book;
    this.#fences = fences;
    this.#pick = pick;
    this.#open = button('chip', label('alerts-open'), () => this.#filter(true));
    this.#all = button('chip', label('alerts-all'), () => this.#filter(false));
    this.#batch = new AlertBatch(book, () => this.#draw());
    this.#select = button('chip', label('alerts-select'), () => {
      this.#batch.toggle();
      this.#draw();
    });
    this.element = el(
      'section',
      'alert-list',
      el('div', 'panel-head', el('h2', '', label('alerts')), el('span', 'spacer'), this.#select, this.#open, this.#all),
      this.#narrow.element,
      this.#batch.element,
      this.#notice,
      this.#rows,
      new MuteList(book).element,
    );
    this.#rows.setAttribute('aria-live', 'polite');
    const draw = atMostEvery(250, () => this.#draw());
    book.onChange(draw);
    fences.onChange(draw);
    onLanguage(() => this.#draw());
    this.#draw();
  }

  #filter(onlyOpen: boolean): void {
    this.#onlyOpen = onlyOpen;
    this.#draw();
  }

  #draw(): void {
    this.#open.ariaPressed = String(this.#onlyOpen);
    this.#all.ariaPressed = String(!this.#onlyOpen);
    this.#select.ariaPressed = String(this.#batch.open);
    const lines = this.#book.lines(this.#onlyOpen);
    this.#narrow.offer(new Set(lines.map(({ type }) => type)));
    const alerts = lines.filter((alert) => this.#narrow.wants(alert)).slice(0, MOST_ROWS);
    this.#batch.show(alerts);
    this.element.classList.toggle('selecting', this.#batch.open);
    keyedRows(
      this.#rows,
      alerts,
      (alert) => alert.id,
      (alert) => this.#createRow(alert.id),
      (row, alert) => this.#updateRow(row, alert),
    );
    this.#notice.textContent = this.#noticeText(alerts.length);
  }

  #noticeText(shown: number): string {
    const { problem, loaded, gap } = this.#book;
    if (problem) return t('alerts-unread', { message: problem });
    if (shown > 0) return gap ? t('alerts-gap') : '';
    if (!loaded) return t('loading');
    if (this.#narrow.narrows) return t('alerts-filter-none');
    return t(this.#onlyOpen ? 'no-open-alerts' : 'no-alerts');
  }

  #createRow(id: string): HTMLElement {
    const open = el('button', 'row two-lines');
    open.type = 'button';
    open.addEventListener('click', () => {
      const alert = this.#book.byId.get(id);
      if (alert) this.#pick(alert);
    });
    const box = checkbox();
    box.className = 'row-tick';
    box.addEventListener('change', () => this.#batch.tick(id, box.checked));
    return el('li', 'alert-row', open, box);
  }

  #updateRow(row: HTMLElement, alert: Alert): void {
    const box = row.lastElementChild as HTMLInputElement;
    box.checked = this.#batch.has(alert.id);
    const fence = alert.fenceId === null ? '' : this.#fences.nameOf(alert.fenceId);
    const shown = `${alert.revision} ${fence} ${t('alerts')}`;
    if (row.dataset.shown === shown) return;
    row.dataset.shown = shown;
    row.dataset.state = alert.state;
    box.ariaLabel = `${alertLabel(alert.type)} ${alert.plate ?? alert.vehicleId}`;
    fill(
      row.firstElementChild!,
      el('span', 'row-mark', severityMark(alert.severity)),
      el('span', 'row-name', alertLabel(alert.type)),
      el('time', 'row-value', beijingShort(alert.occurredAt)),
      el(
        'span',
        'row-detail',
        alert.plate ?? alert.vehicleId,
        fence && ` · ${fence}`,
        alert.group !== null && alert.group.count > 1 && el('b', 'row-count', ` ×${alert.group.count}`),
      ),
      el('span', 'row-state', alert.overdue && el('b', 'overdue', `${t('alert-overdue')} `), t(`alert-${alert.state}`)),
    );
  }
}
