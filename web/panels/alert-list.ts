import type { Alert } from '../../model/alert.js';
import type { AlertBook } from '../alert-book.js';
import { atMostEvery, button, el, fill, keyedRows } from '../dom.js';
import type { Fences } from '../fences.js';
import { label, onLanguage, t } from '../text/language.js';
import { alertLabel } from '../text/names.js';
import { beijingShort } from '../time.js';
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
  #onlyOpen = true;

  constructor(book: AlertBook, fences: Fences, pick: (alert: Alert) => void) {
    this.#book = book;
    this.#fences = fences;
    this.#pick = pick;
    this.#open = button('chip', label('alerts-open'), () => this.#filter(true));
    this.#all = button('chip', label('alerts-all'), () => this.#filter(false));
    this.element = el(
      'section',
      'alert-list',
      el('div', 'panel-head', el('h2', '', label('alerts')), el('span', 'spacer'), this.#open, this.#all),
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
    const alerts = this.#book.lines(this.#onlyOpen).slice(0, MOST_ROWS);
    keyedRows(
      this.#rows,
      alerts,
      (alert) => alert.id,
      (alert) => this.#createRow(alert.id),
      (row, alert) => this.#updateRow(row, alert),
    );
    this.#notice.textContent = this.#book.problem
      ? t('alerts-unread', { message: this.#book.problem })
      : alerts.length === 0
        ? t(this.#onlyOpen ? 'no-open-alerts' : 'no-alerts')
        : this.#book.gap
          ? t('alerts-gap')
          : '';
  }

  #createRow(id: string): HTMLElement {
    const open = el('button', 'row two-lines');
    open.type = 'button';
    open.addEventListener('click', () => {
      const alert = this.#book.byId.get(id);
      if (alert) this.#pick(alert);
    });
    return el('li', 'alert-row', open);
  }

  #updateRow(row: HTMLElement, alert: Alert): void {
    const fence = alert.fenceId === null ? '' : this.#fences.nameOf(alert.fenceId);
    const shown = `${alert.revision} ${fence} ${t('alerts')}`;
    if (row.dataset.shown === shown) return;
    row.dataset.shown = shown;
    row.dataset.state = alert.state;
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
