import { z } from 'zod';
import { ALERT_STATES } from '../../model/alert.js';
import { saysWhy } from '../../model/alert-actions.js';
import { type AlertAction, APPEAL_OUTCOMES, DISMISS_REASONS, SUPERVISION_RESULTS } from '../../model/alert-life.js';
import { supervisionFacts } from '../schemas/alerts.js';
import { alertId, personName } from '../schemas/common.js';
import { alertFilterSchema } from './alert-filter.js';

const note = z.string().max(2000).default('');
const deadlineInput = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const plainWord = z.strictObject({ note });
const noReason = {
  path: ['reason'],
  message: `one of: ${DISMISS_REASONS.join(', ')}; without one, or with other, a note is needed`,
};

/** What a person says with each action, beside the action itself. */
export const ALERT_WORDS = {
  acknowledge: plainWord,
  assign: z.strictObject({
    to: personName.describe('a person, a post, a company'),
    due: deadlineInput.nullable().default(null).describe('by when; null: as soon as may be'),
    note,
  }),
  resolve: plainWord,
  dismiss: z
    .strictObject({ reason: z.enum(DISMISS_REASONS).default('other').describe('`other` needs a note'), note })
    .refine(saysWhy, noReason),
  reopen: plainWord,
  appeal: plainWord,
  decide: z.strictObject({
    outcome: z.enum(APPEAL_OUTCOMES).describe('upheld: the alert stands as it was; overturned: it does not'),
    note,
  }),
  supervise: z.strictObject({
    deadline: deadlineInput,
    level: supervisionFacts.level.default('ordinary'),
    supervisor: supervisionFacts.supervisor,
    number: supervisionFacts.number.default(null),
    tel: supervisionFacts.tel.default(null),
    email: supervisionFacts.email.default(null),
    note,
  }),
  answer: z.strictObject({ result: z.enum(SUPERVISION_RESULTS), note }),
} as const satisfies Record<AlertAction, z.ZodType>;

/** Alerts that one answer is given for at most. */
export const MAX_BATCH = 1000;

const batch = {
  ids: z.array(alertId).min(1).max(MAX_BATCH).optional(),
  filter: alertFilterSchema.optional().describe('in place of ids: those of which it can be said, the newest first'),
};
const batchOf = <Action extends AlertAction, Shape extends z.ZodRawShape>(
  action: Action,
  word: z.ZodObject<Shape, z.core.$strict>,
) => word.extend({ action: z.literal(action), ...batch });

export const alertBatchSchema = z
  .discriminatedUnion('action', [
    batchOf('acknowledge', ALERT_WORDS.acknowledge),
    batchOf('assign', ALERT_WORDS.assign),
    batchOf('resolve', ALERT_WORDS.resolve),
    batchOf('dismiss', ALERT_WORDS.dismiss).refine(saysWhy, noReason),
    batchOf('reopen', ALERT_WORDS.reopen),
    batchOf('appeal', ALERT_WORDS.appeal),
    batchOf('decide', ALERT_WORDS.decide),
    batchOf('supervise', ALERT_WORDS.supervise),
    batchOf('answer', ALERT_WORDS.answer),
  ])
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), 'either ids or filter is needed')
  .meta({
    id: 'AlertBatchInput',
    examples: [
      { action: 'dismiss', reason: 'drift', note: 'Viaduct.', filter: { type: 'overspeed', vehicle: '13912345678' } },
    ],
  });

export const alertBatchResultSchema = z
  .object({
    done: z.int(),
    refused: z.int(),
    more: z.boolean().describe('the filter finds others than these'),
    items: z.array(
      z.union([
        z.object({
          id: z.string(),
          ok: z.literal(true),
          state: z.enum(ALERT_STATES),
          revision: z.int(),
          seen: z.boolean().describe('false: durable, but not yet seen in the alert, whose state is as it was'),
        }),
        z.object({
          id: z.string(),
          ok: z.literal(false),
          error: z.object({ code: z.string(), message: z.string() }),
        }),
      ]),
    ),
  })
  .meta({ id: 'AlertBatchResult' });
