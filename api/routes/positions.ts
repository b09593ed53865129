import { z } from 'zod';
import { DATUMS, type Datum } from '../../model/datum.js';
import type { App } from '../app.js';
import type { PositionResult } from '../deps.js';
import type { Request } from '../http/endpoint.js';
import { ApiError, type ErrorDetail, RETRY_SOON } from '../http/errors.js';
import { parseJson, plainBody } from '../http/json-body.js';
import { json, type Route, route } from '../route.js';
import { positionInputSchema, positionResultsSchema } from '../schemas/positions.js';

const BULK_BYTES = 16 * 1024 * 1024;
const MAX_ITEM_DETAILS = 100;

/** A line of NDJSON that is no JSON: in the place of its item. */
class BadLine {
  constructor(
    readonly text: string,
    readonly detail: string,
  ) {}
}

const datumQuery = z.strictObject({
  datum: z
    .enum(DATUMS)
    .optional()
    .describe('what coordinates refer to whose item does not say; WGS-84 is what is kept'),
});

export function positionRoutes(app: App): Route[] {
  return [
    route({
      method: 'post',
      path: '/v1/positions',
      auth: 'key',
      tag: 'Positions',
      summary: 'Positions from a platform without a terminal protocol',
      description:
        'A JSON array, or one JSON object per line (NDJSON); gzip is welcome. Answered once every item that is `ok` is ' +
        'durable; the results are in the order of the items. Sending an item again does no harm: a fix that is known ' +
        'already is recognised.',
      query: datumQuery,
      body: {
        schema: z.array(positionInputSchema) as z.ZodType<unknown[]>,
        types: ['application/json', 'application/x-ndjson'],
        limit: BULK_BYTES,
        read: readItems,
      },
      responses: { 200: { description: 'one result per item', schema: positionResultsSchema } },
      errors: ['unprocessable', 'busy'],
      async handle({ query, body, request }) {
        const results = await accept(withDatum(body, query.datum), request.address);
        const accepted = results.filter((result) => result.ok).length;
        const full = results.some((result) => !result.ok && result.reason === 'full');
        if (full) {
          const message = `no room at the moment; ${accepted} of ${results.length} were accepted. Send all of them again later`;
          throw new ApiError('busy', message, [], RETRY_SOON);
        }
        const details = results.flatMap((result, i) => (result.ok ? [] : [detailOf(result, i)]));
        if (accepted === 0 && details.length > 0) {
          throw new ApiError(
            'unprocessable',
            `none was accepted; ${details[0].path}: ${details[0].message}`,
            details.slice(0, MAX_ITEM_DETAILS),
          );
        }
        return json({ accepted, rejected: details.length, items: results.map(resultJson) });
      },
    }),
  ];

  /** Every item is ingest's to judge, and to count; of lines that are no JSON only we know why. */
  async function accept(items: readonly unknown[], address: string): Promise<PositionResult[]> {
    const results = await app.deps.acceptPositions(
      items.map((item) => (item instanceof BadLine ? item.text : item)),
      address,
    );
    return results.map((result, i) => {
      const item = items[i];
      const isBad = item instanceof BadLine && !result.ok && result.reason === 'bad-item';
      return isBad ? { ok: false, reason: 'bad-item', detail: item.detail } : result;
    });
  }
}

async function readItems(bytes: Buffer, request: Request): Promise<unknown[]> {
  const text = (await plainBody(bytes, request)).toString();
  if (request.headers['content-type'].toLowerCase().startsWith('application/x-ndjson')) {
    return text.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [readLine(line, i + 1)]));
  }
  const body = parseJson(text, 'body');
  if (Array.isArray(body)) return body;
  throw new ApiError('bad-request', 'body: an array of positions is needed', [
    { path: 'body', message: 'must be an array' },
  ]);
}

function readLine(line: string, number: number): unknown {
  try {
    return parseJson(line, `line ${number}`);
  } catch (error) {
    return new BadLine(line, error instanceof ApiError ? error.message : 'not JSON');
  }
}

/** The items, each with its datum where the request names one for all. */
function withDatum(items: readonly unknown[], datum: Datum | undefined): readonly unknown[] {
  if (datum === undefined) return items;
  return items.map((item) => (isPlain(item) && item.datum == null ? { ...item, datum } : item));
}

function isPlain(item: unknown): item is Record<string, unknown> {
  return typeof item === 'object' && item !== null && !Array.isArray(item) && !(item instanceof BadLine);
}

function detailOf({ reason, detail, field }: Extract<PositionResult, { ok: false }>, index: number): ErrorDetail {
  return { path: field ? `body[${index}].${field}` : `body[${index}]`, message: `${reason}: ${detail}` };
}

function resultJson(result: PositionResult) {
  if (result.ok) return result;
  const { reason, detail, field } = result;
  return { ok: false, error: { code: reason, message: detail, ...(field && { field }) } };
}
