import { z } from 'zod';
import { REJECT_REASONS, type RejectReason } from '../../model/reject.js';

/** The forms of what was refused and kept. OpenAPI is written from these. */

const time = z.iso.datetime({ offset: true });
const reason = z.enum(Object.keys(REJECT_REASONS) as [RejectReason, ...RejectReason[]]);
/** Entries that one rerun may name: as many as are kept. */
const MAX_NUMBERS = 1000;

export const quarantineEntrySchema = z
  .object({
    number: z.int(),
    at: time,
    source: z.string(),
    reason,
    detail: z.string().describe('what and where'),
    peer: z.string().nullable().describe('terminal number or vehicle id, where one is known'),
    address: z.string().nullable(),
    length: z.int().describe('bytes before they were cut off'),
    bytes: z.string().describe('hex'),
  })
  .meta({ id: 'QuarantineEntry' });

export const quarantineGroupSchema = z
  .object({
    key: z.string().describe('for POST /v1/quarantine/rerun'),
    source: z.string(),
    reason,
    messageId: z.string().nullable().describe('null where the bytes show no header; so the next two'),
    edition: z.string().nullable(),
    lengthOff: z.int().nullable().describe('body bytes beyond those declared; negative where some are missing'),
    manufacturer: z.string().nullable().describe('as the terminal registered'),
    model: z.string().nullable(),
    count: z.int().describe('of the entries that are kept, which is a sample'),
    terminals: z.int(),
    first: time,
    last: time,
    newest: z.int().describe('number of its newest entry'),
  })
  .meta({ id: 'QuarantineGroup' });

export const rerunInputSchema = z
  .strictObject({
    numbers: z.array(z.int().min(1)).min(1).max(MAX_NUMBERS).optional(),
    group: z.string().min(1).max(1000).optional().describe('`key` of a group, instead of numbers'),
    apply: z.boolean().default(false).describe('put the fixes that decode into the log, as backfilled data'),
  })
  .refine(({ numbers, group }) => (numbers === undefined) !== (group === undefined), {
    path: ['numbers'],
    message: 'either numbers or group must be there',
  })
  .meta({ id: 'RerunInput', examples: [{ numbers: [17, 18], apply: false }] });

const outcome = z
  .enum(['decodes', 'applied', 'applied-before', 'rejected', 'part', 'cut-off', 'unknown-terminal', 'no-frame', 'full'])
  .describe(
    'decodes: understood today; applied: its fixes are in the log now; applied-before: by an earlier call; rejected: ' +
      'still; part: of a split message, without the others; cut-off: not all bytes were kept; unknown-terminal: no ' +
      'vehicle has it; no-frame: did not come as a frame; full: the log takes nothing now',
  );

export const rerunResultsSchema = z
  .object({
    decodes: z.int(),
    applied: z.int(),
    fixes: z.int().describe('put into the log'),
    items: z.array(
      z.object({
        number: z.int(),
        outcome,
        before: reason.describe('why it was refused when it came'),
        reason: reason.nullable().describe('why it is refused now'),
        detail: z.string(),
        messageId: z.string().nullable(),
        terminal: z.string().nullable(),
        vehicleId: z.string().nullable(),
        fixes: z.int().describe('that come out'),
      }),
    ),
  })
  .meta({ id: 'RerunResults' });
