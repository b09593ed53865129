import { z } from 'zod';
import { ALERT_STATES, type AlertTransition, SEVERITIES, TRANSITIONS } from '../../model/alert.js';
import { msToRfc3339 } from '../../model/units.js';
import { time } from '../schemas/common.js';

/** One step in the life of an alert, as its history shows it. */
export const historyStepSchema = z
  .object({
    revision: z.int(),
    transition: z.enum(TRANSITIONS),
    at: time.nullable().describe('not known of steps of before it was kept'),
    by: z.string().nullable().describe('name of the key; null where it was no person'),
    note: z.string().nullable(),
    details: z
      .record(z.string(), z.unknown())
      .describe('what else was said; of `overdue` the deadline, of `escalated` who was told, of `cleared` why'),
    state: z.enum(ALERT_STATES).describe('after the step, as the next'),
    severity: z.enum(SEVERITIES),
  })
  .meta({ id: 'AlertHistoryStep' });

export function historyStepJson(step: AlertTransition): z.output<typeof historyStepSchema> {
  const { transition, alert, at, by, word } = step;
  return {
    revision: alert.revision,
    transition,
    at: at ?? null,
    by: by ?? null,
    note: word?.note ?? null,
    details: detailsOf(step),
    state: alert.state,
    severity: alert.severity,
  };
}

function detailsOf({ transition, alert, at, word }: AlertTransition): Record<string, unknown> {
  if (word) {
    const { action: _, note: __, ...said } = word;
    const shown: Record<string, unknown> = { ...said };
    for (const name of ['due', 'deadline']) {
      if (typeof shown[name] === 'number') shown[name] = msToRfc3339(shown[name]);
    }
    return shown;
  }
  switch (transition) {
    case 'overdue': {
      const missed = Object.entries(alert.deadlines).map(([name, deadline]) => ({ name, ...deadline }));
      return { deadline: latest(missed.filter(({ missedAt }) => missedAt === at))?.name };
    }
    case 'escalated': {
      const told = latest(alert.escalations.filter(({ toldAt }) => toldAt === at));
      return { to: told?.to, missed: told?.missed };
    }
    case 'cleared':
      return { reason: alert.clearReason };
    default:
      return {};
  }
}

/** Several may be due at one tick; they are told in the order in which they were due, so the last one is what this step is about. */
function latest<T extends { due: string }>(clocks: readonly T[]): T | undefined {
  return clocks.reduce<T | undefined>((last, clock) => (last && last.due > clock.due ? last : clock), undefined);
}
