import type { Alert, AlertState } from './alert.js';
import type { AlertAction, AlertWord, DismissReason, Supervision } from './alert-life.js';

/** States in which nobody has said the last word. */
const UNSETTLED: readonly AlertState[] = ['raised', 'acknowledged', 'cleared'];
const SETTLED: readonly AlertState[] = ['resolved', 'dismissed'];
const ANY: readonly AlertState[] = [...UNSETTLED, ...SETTLED, 'appealed'];

/** The states in which each thing can be done. */
const FROM: Record<AlertAction, readonly AlertState[]> = {
  acknowledge: UNSETTLED,
  assign: UNSETTLED,
  resolve: UNSETTLED,
  dismiss: UNSETTLED,
  reopen: SETTLED,
  appeal: [...UNSETTLED, ...SETTLED],
  decide: ['appealed'],
  supervise: ANY,
  answer: ANY,
};

/** The states in which this may be possible. */
export function statesFor(action: AlertAction): readonly AlertState[] {
  return FROM[action];
}

/** Why this cannot be done with the alert as it is, in one sentence; null: it can. */
export function whyNotDone(alert: Alert, action: AlertAction): string | null {
  const { state, appeal, handling, supervision } = alert;
  if (!FROM[action].includes(state)) {
    if (state === 'appealed') return 'the alert is under appeal: decide that first';
    return SETTLED.includes(state) ? `the alert is ${state} already` : `the alert is ${state}: ${NEEDS[action]}`;
  }
  if (action === 'appeal' && appeal?.decision && handling?.action === 'decide') {
    return `the appeal of ${appeal.by} was decided already: ${appeal.decision.outcome}`;
  }
  const waits = supervision !== null && !isAnswered(supervision);
  if (action === 'supervise' && waits) return `${supervision.supervisor} waits for an answer already`;
  if (action === 'answer' && !waits)
    return supervision ? 'the supervision is answered already' : 'nobody supervises it';
  return null;
}

const NEEDS: Partial<Record<AlertAction, string>> = {
  reopen: 'only what is resolved or dismissed can be opened again',
  decide: 'there is no appeal to decide',
};

/** The alert is what the word would make of it already; what can be said once is not asked for here. */
export function hasBeenSaid({ state, assignment, supervision }: Alert, word: AlertWord): boolean {
  if (word.action === 'acknowledge') return state === 'acknowledged';
  if (word.action === 'answer') return supervision?.answer?.result === word.result;
  if (word.action !== 'assign' || state !== 'acknowledged' || assignment?.to !== word.to) return false;
  return word.due === (assignment.due === null ? null : Date.parse(assignment.due));
}

/** A dismissal stays as the record of why nothing was done: a reason with a name says it, `other` only with a note. */
export function saysWhy({ reason, note }: { reason: DismissReason; note: string }): boolean {
  return reason !== 'other' || note.trim() !== '';
}

/** Nothing is left to do, unless an appeal is overturned. */
export function isSettled({ state, appeal }: Alert): boolean {
  return SETTLED.includes(state === 'appealed' && appeal ? appeal.against : state);
}

/** The supervisor waits for nothing more. */
export function isAnswered({ answer }: Supervision): boolean {
  return answer !== null && (answer.result === 'done' || answer.result === 'no-action');
}
