import { z } from 'zod';
import type { DriverReport } from '../../model/driver.js';
import { SOURCE_NAMES } from '../../model/source.js';
import { msToRfc3339 } from '../../model/units.js';
import { UPLOAD_KINDS, type Upload, type UploadPlace } from '../../model/upload.js';
import type { App } from '../app.js';
import { maskDeep, maskDriverReport } from '../output/mask.js';
import { cursorParam, limitParam, listParam, readCursor, timeParam, writeCursor } from '../parameters.js';
import { json, type Route, route } from '../route.js';
import { listOf, vehicleId } from '../schemas/common.js';
import { knownVehicle } from './vehicles.js';

export const uploadSchema = z
  .object({
    id: z.string(),
    vehicleId: z.string(),
    kind: z.enum(UPLOAD_KINDS),
    time: z.iso.datetime({ offset: true }).describe('by the terminal’s clock; of receipt where it names no time'),
    receivedAt: z.iso.datetime({ offset: true }),
    source: z.enum(SOURCE_NAMES),
    content: z.record(z.string(), z.unknown()).describe('fields of the report; names and numbers of people are masked'),
  })
  .meta({ id: 'Upload' });

const listQuery = z.strictObject({
  kind: listParam(z.enum(UPLOAD_KINDS)).optional(),
  from: timeParam.optional(),
  to: timeParam.optional(),
  limit: limitParam(1000, 100),
  cursor: cursorParam.optional(),
});

export function uploadRoutes(app: App): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/vehicles/{id}/uploads',
      auth: 'key',
      tag: 'Vehicles',
      summary: 'What its terminal reported besides fixes, newest first',
      description:
        'Driver cards, waybills, CAN frames, passenger counts, recorder data, pictures that were made or have arrived, and what else a terminal says by itself.',
      params: z.strictObject({ id: vehicleId }),
      query: listQuery,
      responses: { 200: { description: 'a page of reports', schema: listOf(uploadSchema) } },
      errors: ['not-found', 'database-away'],
      async handle({ params, query: { cursor, limit, ...filter } }) {
        const { no } = knownVehicle(app, params.id);
        const after = cursor === undefined ? undefined : readUploadPlace(cursor);
        const found = await app.deps.uploads.list({ ...filter, vehicleNo: no, after, limit: limit + 1 });
        const items = found.slice(0, limit);
        return json({ items: items.map(uploadJson), cursor: nextUploads(found, limit) });
      },
    }),
  ];
}

/** The cursor behind a page that was asked for with one more than it shows. */
export function nextUploads(found: readonly Upload[], limit: number): string | null {
  if (found.length <= limit) return null;
  const { time, id } = found[limit - 1];
  return writeCursor('uploads', [time, id]);
}

export function readUploadPlace(cursor: string): UploadPlace {
  const [time, id] = readCursor('uploads', cursor, ['time', 'text']);
  return { time, id };
}

function uploadJson({ id, vehicleId, kind, time, receivedTime, source, content }: Upload): object {
  const shown = kind === 'driver' ? maskDriverReport(content as unknown as DriverReport) : maskDeep(content);
  return {
    id,
    vehicleId,
    kind,
    time: msToRfc3339(time),
    receivedAt: msToRfc3339(receivedTime),
    source,
    content: shown,
  };
}
