import { type Alert, SEVERITIES, type Severity } from '../../model/alert.js';
import type { Deadline, DeadlineOf, Escalation } from '../../model/alert-life.js';
import type { RuleClocks } from '../../model/rule.js';
import { msToRfc3339 } from '../../model/units.js';
import { MISSED_TELLS, SEVERITY_CLOCKS } from './deadlines.js';

export type Clocks = Pick<Alert, 'deadlines' | 'escalations' | 'overdue'>;

/** The clocks of an alert that is raised, or is news, at `time` (epoch ms). `ofRule`: what its rule says of them. */
export function startedClocks(severity: Severity, time: number, ofRule?: RuleClocks): Clocks {
  // Before the first fix with a time, nobody knows what time it is.
  if (!Number.isFinite(time)) return { deadlines: {}, escalations: [], overdue: false };
  const { acknowledge, handle } = ofRule?.deadlines ?? SEVERITY_CLOCKS[severity].deadlines ?? {};
  return {
    deadlines: {
      ...(acknowledge !== undefined && { acknowledge: startedDeadline(time, time + acknowledge * 1000) }),
      ...(handle !== undefined && { handle: startedDeadline(time, time + handle * 1000) }),
    },
    escalations: (ofRule?.escalation ?? []).map(({ afterS, to, severity: grade, unless }) => ({
      to,
      due: msToRfc3339(time + afterS * 1000) ?? '',
      unless: unless ?? 'acknowledged',
      severity: grade ?? null,
      missed: null,
      toldAt: null,
    })),
    overdue: false,
  };
}

/** The alert with the clocks of one that is news only now, beside those that people have started. `time`: epoch ms. */
export function withClocks(alert: Alert, { deadlines, escalations }: Clocks, time: number): Alert {
  const started = {
    ...withDeadlines(alert, { ...deadlines, ...alert.deadlines }),
    escalations: [...escalations, ...alert.escalations],
  };
  const isSeen = (alert.state === 'appealed' ? alert.appeal?.against : alert.state) === 'acknowledged';
  return isSeen ? met(started, ['acknowledge'], msToRfc3339(time) ?? '') : started;
}

/** The alert with nothing to be done in time any more, but what people have demanded of it. */
export function withoutClocks(alert: Alert): Alert {
  const { acknowledge: _, handle: __, ...ofPeople } = alert.deadlines;
  const escalations = alert.escalations.filter(({ toldAt, missed: of }) => toldAt !== null || of === 'supervision');
  return { ...withDeadlines(alert, ofPeople), escalations };
}

/** Both in epoch ms. */
export function startedDeadline(since: number, due: number): Deadline {
  return { since: msToRfc3339(since) ?? '', due: msToRfc3339(due) ?? '', metAt: null, missedAt: null };
}

/** The alert with deadlines met that were not; `at`: RFC 3339. */
export function met(alert: Alert, which: readonly DeadlineOf[], at: string): Alert {
  const deadlines = { ...alert.deadlines };
  for (const name of which) {
    const deadline = deadlines[name];
    if (deadline?.metAt === null) deadlines[name] = { ...deadline, metAt: at };
  }
  return withDeadlines(alert, deadlines);
}

/** The alert with other deadlines, and overdue or not by them. */
export function withDeadlines(alert: Alert, deadlines: Alert['deadlines']): Alert {
  const overdue = Object.values(deadlines).some(({ metAt, missedAt }) => missedAt !== null && metAt === null);
  return { ...alert, deadlines, overdue };
}

/** The alert with every clock that stood still for `ms` set back by that; from `since` to `due` is what it had, and no more. */
export function setBack(alert: Alert, ms: number): Alert {
  const later = (time: string) => msToRfc3339(Date.parse(time) + ms) ?? time;
  const deadlines = { ...alert.deadlines };
  for (const name of HANDLERS) {
    const deadline = deadlines[name];
    if (deadline && isRunning(deadline)) {
      deadlines[name] = { ...deadline, since: later(deadline.since), due: later(deadline.due) };
    }
  }
  const escalations = alert.escalations.map((step) =>
    step.toldAt === null && step.missed === null ? { ...step, due: later(step.due) } : step,
  );
  return { ...alert, deadlines, escalations };
}

/** What whoever handles the alert must do; while an appeal waits for its decision, they need not. */
export const HANDLERS = ['acknowledge', 'handle', 'assignment'] as const satisfies readonly DeadlineOf[];

/** When time alone changes the alert next, epoch ms; null: never. */
export function nextDue(alert: Alert): number | null {
  const next = nextClock(alert);
  return next === null ? null : Date.parse(next.due);
}

/**
 * What time has made of the alert by `time`, epoch ms: the earliest step that is due, or null. Asked again with its answer, it
 * tells the next one.
 */
export function timeUp(alert: Alert, time: number): { transition: 'overdue' | 'escalated'; alert: Alert } | null {
  const next = nextClock(alert);
  if (next === null || Date.parse(next.due) > time) return null;
  const at = msToRfc3339(time) ?? '';
  const revision = alert.revision + 1;
  if (next.of !== null) return { transition: 'overdue', alert: { ...missed(alert, next.of, at), revision } };
  const escalations = alert.escalations.map((step) => (step === next.step ? { ...step, toldAt: at } : step));
  const severity = graver(alert.severity, next.step.severity);
  return { transition: 'escalated', alert: { ...alert, escalations, severity, revision } };
}

function missed(alert: Alert, of: DeadlineOf, at: string): Alert {
  const deadline = alert.deadlines[of] as Deadline;
  const to = MISSED_TELLS[of];
  const told: Escalation[] = to
    ? [{ to, due: deadline.due, unless: 'handled', severity: null, missed: of, toldAt: null }]
    : [];
  const deadlines = { ...alert.deadlines, [of]: { ...deadline, missedAt: at } };
  return { ...withDeadlines(alert, deadlines), escalations: [...alert.escalations, ...told] };
}

type Clock = { due: string } & ({ of: DeadlineOf } | { of: null; step: Escalation });

/** The earliest that runs; of equals a deadline before who is told of it. */
function nextClock(alert: Alert): Clock | null {
  let next: Clock | null = null;
  for (const [of, deadline] of Object.entries(alert.deadlines) as [DeadlineOf, Deadline][]) {
    if (!isRunning(deadline) || (alert.state === 'appealed' && isHandlers(of))) continue;
    if (next === null || deadline.due < next.due) next = { due: deadline.due, of };
  }
  for (const step of alert.escalations) {
    if (step.toldAt !== null || !isWaitedFor(alert, step)) continue;
    if (next === null || step.due < next.due) next = { due: step.due, of: null, step };
  }
  return next;
}

function isRunning({ metAt, missedAt }: Deadline): boolean {
  return metAt === null && missedAt === null;
}

function isHandlers(of: DeadlineOf): boolean {
  return (HANDLERS as readonly DeadlineOf[]).includes(of);
}

function isWaitedFor({ state, deadlines }: Alert, { missed, unless }: Escalation): boolean {
  if (missed !== null && deadlines[missed]?.metAt !== null) return false;
  if (missed === 'supervision') return true;
  return state === 'raised' || state === 'cleared' || (state === 'acknowledged' && unless === 'handled');
}

function graver(now: Severity, then: Severity | null): Severity {
  return then !== null && SEVERITIES.indexOf(then) > SEVERITIES.indexOf(now) ? then : now;
}
