import type { Alert } from '../../model/alert.js';
import { isAnswered } from '../../model/alert-actions.js';
import type { AlertWord, Deadline, Said, Supervision } from '../../model/alert-life.js';
import { msToRfc3339 } from '../../model/units.js';
import { met, setBack, startedDeadline, withDeadlines } from './clocks.js';
import { APPEAL_S } from './deadlines.js';

/** The alert after somebody's word, which must be one that `whyNotDone` lets through. `at`: epoch ms. */
export function acted(alert: Alert, word: AlertWord, by: string, at: number): Alert {
  const said: Said = { by, at: msToRfc3339(at) ?? '', note: word.note };
  return { ...done(alert, word, said, at), revision: alert.revision + 1 };
}

function done(alert: Alert, word: AlertWord, said: Said, at: number): Alert {
  switch (word.action) {
    case 'acknowledge':
      return { ...met(alert, ['acknowledge'], said.at), ...handled(word, said), state: 'acknowledged' };
    case 'assign': {
      const assigned = met(alert, ['acknowledge'], said.at);
      const { assignment: _, ...others } = assigned.deadlines;
      const own = word.due === null ? others : { ...others, assignment: startedDeadline(at, word.due) };
      const assignment = { ...said, to: word.to, due: word.due === null ? null : msToRfc3339(word.due) };
      return { ...withDeadlines(assigned, own), ...handled(word, said), assignment, state: 'acknowledged' };
    }
    case 'resolve':
    case 'dismiss':
      return settled(alert, word.action === 'resolve' ? 'resolved' : 'dismissed', word, said);
    case 'reopen':
      return reopened(alert, word, said, at);
    case 'appeal': {
      const deadlines = { ...alert.deadlines, appeal: startedDeadline(at, at + APPEAL_S * 1000) };
      const appeal = { ...said, against: alert.state, decision: null };
      return { ...withDeadlines(alert, deadlines), appeal, state: 'appealed' };
    }
    case 'decide':
      return decided(alert, word, said, at);
    case 'supervise': {
      const { number, level, supervisor, tel, email, deadline } = word;
      const deadlines = { ...alert.deadlines, supervision: startedDeadline(at, deadline) };
      const facts = { number, level, supervisor, tel, email, deadline: msToRfc3339(deadline) ?? '', answer: null };
      return { ...withDeadlines(alert, deadlines), supervision: { ...said, ...facts } };
    }
    case 'answer': {
      const supervision = { ...(alert.supervision as Supervision), answer: { ...said, result: word.result } };
      const answered = isAnswered(supervision) ? met(alert, ['supervision'], said.at) : alert;
      return { ...answered, supervision };
    }
  }
}

function handled(word: AlertWord, said: Said): Pick<Alert, 'handling'> {
  return { handling: { action: word.action, ...said, ...(word.action === 'dismiss' && { reason: word.reason }) } };
}

function settled(alert: Alert, state: 'resolved' | 'dismissed', word: AlertWord, said: Said): Alert {
  return { ...met(alert, ['acknowledge', 'handle', 'assignment'], said.at), ...handled(word, said), state };
}

/** Somebody has to handle it again, in as much time as the first time. Who was to be told of the first time is not told of this. */
function reopened(alert: Alert, word: AlertWord, said: Said, at: number): Alert {
  const { handle, ...others } = alert.deadlines;
  const deadlines = handle ? { ...others, handle: startedDeadline(at, at + spanMs(handle)) } : others;
  const escalations = alert.escalations.filter(({ toldAt }) => toldAt !== null);
  return { ...withDeadlines(alert, deadlines), ...handled(word, said), escalations, state: 'acknowledged' };
}

function decided(alert: Alert, word: Extract<AlertWord, { action: 'decide' }>, said: Said, at: number): Alert {
  const appeal = { ...(alert.appeal as NonNullable<Alert['appeal']>), decision: { ...said, outcome: word.outcome } };
  const over = { ...met(alert, ['appeal'], said.at), appeal };
  if (word.outcome === 'upheld') {
    // The condition may have ended meanwhile, or late fixes may have shown that it had not.
    const held = appeal.against === 'raised' || appeal.against === 'cleared';
    const state = held ? (alert.clearedAt === null ? 'raised' : 'cleared') : appeal.against;
    return { ...setBack(over, at - Date.parse(appeal.at)), ...handled(word, said), state };
  }
  return appeal.against === 'dismissed' ? reopened(over, word, said, at) : settled(over, 'dismissed', word, said);
}

function spanMs({ since, due }: Deadline): number {
  return Date.parse(due) - Date.parse(since);
}
