import { z } from 'zod';
import { ALERT_STATES, type Alert, SEVERITIES, TRANSITIONS } from '../../model/alert.js';
import {
  ALERT_ACTIONS,
  APPEAL_OUTCOMES,
  DEADLINES,
  type Deadline,
  DISMISS_REASONS,
  SUPERVISION_LEVELS,
  SUPERVISION_RESULTS,
} from '../../model/alert-life.js';
import { personName, time } from './common.js';
import { fenceSchema } from './fences.js';
import { positionSchema } from './positions.js';

/** Alerts as they go out (contract §5). */

const said = { by: z.string().describe('name of the key'), at: time, note: z.string() };

export const supervisionFacts = {
  number: z.int().min(0).max(0xffffffff).nullable().describe('SUPERVISION_ID of the superior; null: made here'),
  level: z.enum(SUPERVISION_LEVELS),
  supervisor: personName,
  tel: z.string().max(20).nullable(),
  email: z.string().max(32).nullable(),
};

const deadline = z.object({
  since: time,
  due: time,
  metAt: time.nullable(),
  missedAt: time.nullable().describe('not met by then; stays when it is met later'),
}) satisfies z.ZodType<Deadline>;

const life = {
  handling: z
    .object({ ...said, action: z.enum(ALERT_ACTIONS), reason: z.enum(DISMISS_REASONS).optional() })
    .nullable()
    .describe('what a person said last of: acknowledge, assign, resolve, dismiss, reopen, decide'),
  assignment: z.object({ ...said, to: z.string(), due: time.nullable() }).nullable(),
  appeal: z
    .object({
      ...said,
      against: z.enum(ALERT_STATES).describe('state of the alert before'),
      decision: z.object({ ...said, outcome: z.enum(APPEAL_OUTCOMES) }).nullable(),
    })
    .nullable()
    .describe('申诉'),
  supervision: z
    .object({
      ...said,
      ...supervisionFacts,
      deadline: time,
      answer: z.object({ ...said, result: z.enum(SUPERVISION_RESULTS) }).nullable(),
    })
    .nullable()
    .describe('督办'),
  deadlines: z.partialRecord(z.enum(DEADLINES), deadline).describe('what must be done in time'),
  overdue: z.boolean().describe('a deadline was missed, and what it was for is not done'),
  escalations: z
    .array(
      z.object({
        to: z.string(),
        due: time,
        unless: z.enum(['acknowledged', 'handled']),
        severity: z.enum(SEVERITIES).nullable(),
        missed: z.enum(DEADLINES).nullable(),
        toldAt: time.nullable(),
      }),
    )
    .readonly()
    .describe('who is told where nobody has acted in time'),
  group: z
    .object({ id: z.string(), count: z.int(), first: time, last: time })
    .nullable()
    .describe('alerts of one rule for one vehicle that follow each other closely; the newest has the number of all'),
  muted: z.string().nullable().describe('id of the mute in force when it was raised: kept, and no news'),
};

export const alertSchema = z
  .object({
    id: z.string(),
    type: z
      .string()
      .describe('fence-enter, fence-exit, overspeed …; terminal-<alarm>; adas-, dsm-, tpms- or bsd-<alarm>'),
    severity: z.enum(SEVERITIES),
    state: z.enum(ALERT_STATES),
    vehicleId: z.string(),
    plate: z.string().nullable(),
    company: z.string().nullable().describe('of the vehicle when it was raised, as the next'),
    region: z.string().nullable(),
    fenceId: z.string().nullable(),
    ruleId: z
      .string()
      .describe(
        '`rule:<id>`, of /v1/rules/{id}, with `:<fence>` or `:<fault>` behind it where one is made for each; `fence:<id>:<rule>`, of the properties of a fence; other words, of the settings or of the terminal itself',
      ),
    ruleRevision: z.int().describe('of the rule, or of its fence'),
    occurredAt: time.describe('fix time at which the condition began'),
    detectedAt: time.describe('when the fix that decided it was received'),
    clearedAt: time.nullable(),
    clearReason: z.string().nullable(),
    position: positionSchema,
    evidence: z.record(z.string(), z.unknown()).describe('the fixes used, every threshold compared, and the result'),
    ...life,
    revision: z.int(),
  })
  .meta({ id: 'Alert' }) satisfies z.ZodType<Alert>;

/** A place in the alert log that a step has. */
export const pastCursor = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,47}-\d{1,15}$/, 'a cursor that came with an alert, such as 3f2a-1041')
  .meta({ examples: ['3f2a-1041'] });

/** A place in the alert log, its end too. */
export const stepCursor = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, 'a cursor, or `now`')
  .meta({ description: 'a cursor that came with an alert, or `now`', examples: ['now'] });

/** One step in the life of an alert, as every feed has it. */
export const alertStepSchema = z
  .object({
    cursor: z.string().describe('place in the alert log'),
    transition: z.enum(TRANSITIONS),
    alert: alertSchema.describe('as it is after the step'),
  })
  .meta({ id: 'AlertStep' });

export const whySchema = z
  .object({
    id: z.string(),
    type: z.string(),
    ruleId: z.string(),
    ruleRevision: z.int(),
    evidence: alertSchema.shape.evidence,
    fence: fenceSchema.nullable().describe('as it is now; its revision tells whether it has changed since'),
  })
  .meta({ id: 'AlertWhy' });
