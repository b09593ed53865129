import type { Alert } from '../../model/alert.js';
import type { AlertBook } from '../alert-book.js';
import { button, el, fill } from '../dom.js';
import type { Fences } from '../fences.js';
import { onLanguage, t } from '../text/language.js';
import { alertLabel } from '../text/names.js';
import { beijing } from '../time.js';
import { evidenceView } from './evidence.js';
import { facts } from './facts.js';
import { plateBadge } from './plate.js';
import { severityMark } from './state-mark.js';

type SettlingAction = 'acknowledge' | 'resolve' | 'dismiss';

/** What may still be done with an alert in each state; the last word on it cannot be taken back. */
const ACTIONS: Record<Alert['state'], SettlingAction[]> = {
  raised: ['acknowledge', 'resolve', 'dismiss'],
  acknowledged: ['resolve', 'dismiss'],
  cleared: ['acknowledge', 'resolve', 'dismiss'],
  resolved: [],
  dismissed: [],
  appealed: [],
};

export interface AlertDetailActions {
  close(): void;
  showVehicle(id: string): void;
  showPlace(alert: Alert): void;
}

/** One alert: what happened, why it is one, and what somebody does about it. */
export class AlertDetail {
  readonly element = el('section', 'alert-detail');
  readonly #content = el('div', 'alert-content');
  readonly #handling = el('div', 'alert-handling');
  readonly #note = el('textarea', 'field');
  readonly #problem = el('p', 'problem');
  readonly #book: AlertBook;
  readonly #fences: Fences;
  readonly #actions: AlertDetailActions;
  #id: string | null = null;
  #shown = '';

  constructor(book: AlertBook, fences: Fences, actions: AlertDetailActions) {
    this.#book = book;
    this.#fences = fences;
    this.#actions = actions;
    this.#note.rows = 2;
    this.#note.maxLength = 2000;
    this.element.append(this.#content, this.#handling);
    book.onChange(() => this.#draw());
    onLanguage(() => {
      this.#shown = '';
      this.#draw();
    });
  }

  show(alert: Alert): void {
    this.#id = alert.id;
    this.#shown = '';
    this.#note.value = '';
    this.#problem.textContent = '';
    this.#draw();
  }

  hide(): void {
    this.#id = null;
  }

  #draw(): void {
    const alert = this.#id === null ? undefined : this.#book.byId.get(this.#id);
    const shown = `${alert?.id} ${alert?.revision}`;
    // A note that is being written stays as it is while other alerts come in.
    if (!alert || shown === this.#shown) return;
    this.#shown = shown;
    fill(this.#content, ...this.#describe(alert));
    this.#drawHandling(alert);
  }

  #describe(alert: Alert): HTMLElement[] {
    const { handling } = alert;
    return [
      el(
        'div',
        'panel-head',
        button('quiet back', `‹ ${t('back')}`, () => this.#actions.close()),
      ),
      el(
        'div',
        `alert-title ${alert.severity}`,
        severityMark(alert.severity),
        el('h2', '', alertLabel(alert.type)),
        el('span', `alert-state ${alert.state}`, t(`alert-${alert.state}`)),
      ),
      el(
        'div',
        'alert-links',
        plateBadge(alert.plate, null, alert.vehicleId),
        button('quiet', t('show-vehicle'), () => this.#actions.showVehicle(alert.vehicleId)),
        button('quiet', t('show-place'), () => this.#actions.showPlace(alert)),
      ),
      facts([
        [t('occurred'), beijing(alert.occurredAt)],
        [t('detected'), beijing(alert.detectedAt)],
        [
          t('cleared'),
          alert.clearedAt && `${beijing(alert.clearedAt)}${alert.clearReason ? ` (${alert.clearReason})` : ''}`,
        ],
        [t('fence'), alert.fenceId && this.#fences.nameOf(alert.fenceId)],
        [t('rule'), t('rule-revision', { rule: alert.ruleId, revision: alert.ruleRevision })],
        [
          t('note'),
          handling &&
            el(
              'span',
              '',
              t('handled-by', { action: t(`did-${handling.action}`), by: handling.by, at: beijing(handling.at) }),
              handling.note && el('q', '', handling.note),
            ),
        ],
      ]),
      evidenceView(alert.evidence),
    ];
  }

  #drawHandling(alert: Alert): void {
    const possible = ACTIONS[alert.state];
    this.#note.placeholder = t('note-hint');
    this.#note.ariaLabel = t('note');
    this.#handling.hidden = possible.length === 0;
    fill(
      this.#handling,
      this.#note,
      this.#problem,
      el(
        'div',
        'actions',
        ...possible.map((action, i) => {
          const act = button(i === 0 ? 'primary' : 'quiet', t(action), () => void this.#act(alert.id, action));
          act.dataset.action = action;
          return act;
        }),
      ),
    );
  }

  async #act(id: string, action: SettlingAction): Promise<void> {
    const buttons = this.#handling.querySelectorAll('button');
    for (const each of buttons) each.disabled = true;
    try {
      await this.#book.act(id, action, this.#note.value.trim());
      this.#note.value = '';
      this.#problem.textContent = '';
    } catch (error) {
      this.#problem.textContent = t('action-failed', { message: (error as Error).message });
    }
    for (const each of buttons) each.disabled = false;
  }
}
