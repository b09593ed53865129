import type { Alert } from '../../model/alert.js';
import { DEADLINES, type Deadline, type Said } from '../../model/alert-life.js';
import type { AlertBook } from '../alert-book.js';
import { button, type Child, el, fill } from '../dom.js';
import type { Fences } from '../fences.js';
import { alertLabel, clearedLabel } from '../text/alert-kinds.js';
import { actionLabel, deadlineLabel, levelLabel, outcomeLabel, resultLabel, toldLabel } from '../text/alert-names.js';
import { onLanguage, t } from '../text/language.js';
import { beijing } from '../time.js';
import { AlertHandling } from './alert-handling.js';
import { AlertHistory } from './alert-history.js';
import { evidenceView } from './evidence.js';
import { facts } from './facts.js';
import { plateBadge } from './plate.js';
import { severityMark } from './state-mark.js';

export interface AlertDetailActions {
  close(): void;
  showVehicle(id: string): void;
  showPlace(alert: Alert): void;
}

/** One alert: what happened, why it is one, and what somebody does about it. */
export class AlertDetail {
  readonly element = el('section', 'alert-detail');
  readonly #content = el('div', 'alert-content');
  readonly #handling: AlertHandling;
  readonly #history: AlertHistory;
  readonly #book: AlertBook;
  readonly #fences: Fences;
  readonly #actions: AlertDetailActions;
  #id: string | null = null;
  #shown = '';

  constructor(book: AlertBook, fences: Fences, actions: AlertDetailActions) {
    this.#book = book;
    this.#fences = fences;
    this.#actions = actions;
    this.#handling = new AlertHandling(book);
    this.#history = new AlertHistory(book);
    this.element.append(this.#content, this.#handling.element, this.#history.element);
    book.onChange(() => this.#draw());
    onLanguage(() => {
      this.#shown = '';
      this.#draw();
    });
  }

  show(alert: Alert): void {
    this.#id = alert.id;
    this.#shown = '';
    this.#handling.begin();
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
    this.#handling.draw(alert);
    void this.#history.show(alert);
  }

  #describe(alert: Alert): HTMLElement[] {
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
        alert.overdue && el('span', 'alert-state overdue', t('alert-overdue')),
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
          alert.clearedAt &&
            `${beijing(alert.clearedAt)}${alert.clearReason ? ` (${clearedLabel(alert.clearReason)})` : ''}`,
        ],
        [t('fence'), alert.fenceId && this.#fences.nameOf(alert.fenceId)],
        [t('rule'), t('rule-revision', { rule: alert.ruleId, revision: alert.ruleRevision })],
        ...lifeFacts(alert),
      ]),
      evidenceView(alert.evidence),
    ];
  }
}

/** What people and clocks have made of it: whose it is, what is waited for, who has been told. */
function lifeFacts(alert: Alert): (readonly [string, Child])[] {
  const { assignment, appeal, supervision, deadlines, escalations, group, muted } = alert;
  const told = escalations.filter(({ toldAt }) => toldAt !== null);
  return [
    [
      t('alert-group'),
      group !== null && group.count > 1 && t('alert-repeats', { ...group, first: beijing(group.first) }),
    ],
    [t('assigned-to'), assignment && saidOf(assignment.to, assignment)],
    [actionLabel('appeal'), appeal && saidOf(appeal.by, appeal)],
    [t('appeal-outcome'), appeal?.decision ? saidOf(outcomeLabel(appeal.decision.outcome), appeal.decision) : null],
    [
      actionLabel('supervise'),
      supervision && saidOf(`${supervision.supervisor} · ${levelLabel(supervision.level)}`, supervision),
    ],
    [
      actionLabel('answer'),
      supervision?.answer ? saidOf(resultLabel(supervision.answer.result), supervision.answer) : null,
    ],
    ...DEADLINES.map((of) => [deadlineLabel(of), deadlineView(deadlines[of])] as const),
    [t('told'), told.map(({ to, toldAt }) => `${toldLabel(to)}, ${beijing(toldAt)}`).join('; ')],
    [t('mute'), muted],
  ];
}

function deadlineView(deadline: Deadline | undefined): Child {
  if (!deadline) return null;
  const { due, metAt, missedAt } = deadline;
  const late = missedAt !== null && el('b', 'overdue', ` ${t('alert-overdue')}`);
  const done = metAt !== null && ` ✓ ${beijing(metAt)}`;
  return el('span', '', beijing(due), late, done);
}

function saidOf(what: string, { at, note }: Said): HTMLElement {
  return el('span', '', `${what}, ${beijing(at)}`, note !== '' && el('q', '', note));
}
