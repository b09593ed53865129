import { z } from 'zod';
import { MEDIA_FORMATS, type MediaFormat, type MediumFacts } from '../../model/medium.js';
import { msToRfc3339 } from '../../model/units.js';
import type { Upload } from '../../model/upload.js';
import type { App } from '../app.js';
import type { Answer } from '../http/endpoint.js';
import { ApiError } from '../http/errors.js';
import { readRange } from '../http/ranges.js';
import { Slots } from '../http/slots.js';
import { cursorParam, limitParam, timeParam } from '../parameters.js';
import { json, type Route, route } from '../route.js';
import { alertId, listOf, vehicleId } from '../schemas/common.js';
import { nextUploads, readUploadPlace } from './uploads.js';
import { knownVehicle } from './vehicles.js';

const time = z.iso.datetime({ offset: true });

export const mediumSchema = z
  .object({
    id: z.string(),
    kind: z.enum(['media', 'attachment']).describe('attachment: it belongs to an alarm'),
    vehicleId: z.string(),
    alertId: z.string().nullable(),
    time: time.describe('when it was made; of receipt where the terminal does not say'),
    receivedAt: time,
    type: z.enum(['image', 'audio', 'video', 'text', 'other']),
    format: z.enum(MEDIA_FORMATS),
    event: z.int().nullable().describe('why it was made: JT/T 808 table of 0x0800'),
    channel: z.int().nullable(),
    place: z
      .object({
        time: time.nullable(),
        lon: z.number().nullable(),
        lat: z.number().nullable(),
        speed: z.number().nullable(),
      })
      .nullable(),
    name: z.string().nullable().describe('what the terminal calls an attachment; never part of a path'),
    bytes: z.int(),
    complete: z.boolean().describe('false: parts never came, and the file holds the others'),
    parts: z.int(),
    missing: z.int(),
    available: z.boolean().describe('false: the file was deleted because newer ones needed the room'),
  })
  .meta({ id: 'Medium' });

const listQuery = z.strictObject({
  vehicle: vehicleId.optional(),
  alert: alertId.optional(),
  from: timeParam.optional(),
  to: timeParam.optional(),
  limit: limitParam(1000, 100),
  cursor: cursorParam.optional(),
});

const mediumId = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'an id of a medium has 32 characters 0–9, a–f')
  .meta({ examples: ['0123456789abcdef0123456789abcdef'] });
const idParam = z.strictObject({ id: mediumId });

/** All content types there are: nothing that a terminal says is ever one. */
const CONTENT_TYPES: Record<MediaFormat, string> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  tiff: 'image/tiff',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  wmv: 'video/x-ms-wmv',
  mp4: 'video/mp4',
  text: 'text/plain; charset=utf-8',
  binary: 'application/octet-stream',
};
/** What a page may show in place; the rest is for saving. */
const SHOWN: ReadonlySet<MediaFormat> = new Set(['jpeg', 'png', 'mp3', 'wav', 'mp4']);
/** Files read at the same time, and how many may wait how long. */
const MAX_AT_ONCE = 50;
const MAX_WAITING = 200;
const WAIT_MS = 5000;

export function mediaRoutes(app: App): Route[] {
  const { media, uploads } = app.deps;
  const slots = new Slots(MAX_AT_ONCE, MAX_WAITING, WAIT_MS);

  return [
    route({
      method: 'get',
      path: '/v1/media',
      auth: 'key',
      tag: 'Media',
      summary: 'Pictures, sounds and videos of terminals, newest first',
      query: listQuery,
      responses: { 200: { description: 'a page of media', schema: listOf(mediumSchema) } },
      errors: ['not-found', 'database-away'],
      async handle({ query: { vehicle, cursor, limit, ...filter } }) {
        const vehicleNo = vehicle === undefined ? undefined : knownVehicle(app, vehicle).no;
        const after = cursor === undefined ? undefined : readUploadPlace(cursor);
        const kind = filter.alert === undefined ? (['media', 'attachment'] as const) : (['attachment'] as const);
        const found = await uploads.list({ ...filter, kind, vehicleNo, after, limit: limit + 1 });
        return json({ items: found.slice(0, limit).map(mediumJson), cursor: nextUploads(found, limit) });
      },
    }),
    route({
      method: 'get',
      path: '/v1/media/{id}',
      auth: 'key',
      tag: 'Media',
      summary: 'What is known of a picture, a sound or a video',
      params: idParam,
      responses: { 200: { description: 'its facts', schema: mediumSchema } },
      errors: ['not-found', 'database-away'],
      async handle({ params }) {
        const upload = await uploads.one(params.id);
        if (upload?.kind !== 'media' && upload?.kind !== 'attachment') throw unknownMedium(params.id);
        return json(mediumJson(upload));
      },
    }),
    route({
      method: 'get',
      path: '/v1/media/{id}/content',
      auth: 'key',
      tag: 'Media',
      summary: 'The file itself, or a part of it',
      description: 'Takes `Range: bytes=from-to` (one part). A file never changes; its id is its ETag.',
      params: idParam,
      responses: {
        200: { description: 'the file', types: contentTypes('the whole file') },
        206: { description: 'the part that was asked for', types: contentTypes('a part') },
        304: { description: 'the caller has it' },
        416: { description: 'no byte of the range is in the file' },
      },
      errors: ['not-found', 'busy'],
      handle: ({ params, request: { headers } }) =>
        content(params.id, headers.range, headers['if-range'], headers['if-none-match']),
    }),
  ];

  async function content(id: string, range: string, ifRange: string, ifNoneMatch: string): Promise<Answer> {
    const file = media.find(id);
    if (!file) throw unknownMedium(id);
    const { format, bytes } = file;
    const etag = `"${id}"`;
    const common: [string, string][] = [
      ['ETag', etag],
      ['Accept-Ranges', 'bytes'],
    ];
    if (ifNoneMatch === etag) return { status: 304, headers: common, body: null };
    const part = range === '' || (ifRange !== '' && ifRange !== etag) ? null : readRange(range, bytes);
    if (part === 'unsatisfiable') {
      return { status: 416, headers: [...common, ['Content-Range', `bytes */${bytes}`]], body: '' };
    }
    const { from, to } = part ?? { from: 0, to: bytes };
    const name = `${id}.${format === 'jpeg' ? 'jpg' : format}`;
    const headers: [string, string][] = [
      ...common,
      ['Content-Type', CONTENT_TYPES[format]],
      ['Content-Disposition', `${SHOWN.has(format) ? 'inline' : 'attachment'}; filename="${name}"`],
    ];
    if (part) headers.push(['Content-Range', `bytes ${from}-${to - 1}/${bytes}`]);
    const giveBack = await slots.take();
    return { status: part ? 206 : 200, headers, body: released(media.read(id, from, to), giveBack), length: to - from };
  }

  function mediumJson(upload: Upload): object {
    const facts = upload.content as unknown as MediumFacts;
    return {
      id: upload.id,
      kind: upload.kind,
      vehicleId: upload.vehicleId,
      alertId: facts.alertId ?? null,
      time: msToRfc3339(upload.time),
      receivedAt: msToRfc3339(upload.receivedTime),
      type: facts.type,
      format: facts.format,
      event: facts.event,
      channel: facts.channel,
      place: facts.place,
      name: facts.name ?? null,
      bytes: facts.bytes,
      complete: facts.complete,
      parts: facts.parts,
      missing: facts.missing,
      available: media.find(upload.id) !== undefined,
    };
  }
}

async function* released<T>(pieces: AsyncIterable<T>, giveBack: () => void): AsyncGenerator<T> {
  try {
    yield* pieces;
  } finally {
    giveBack();
  }
}

function contentTypes(what: string): Record<string, string> {
  return Object.fromEntries(Object.values(CONTENT_TYPES).map((type) => [type.split(';')[0], what]));
}

function unknownMedium(id: string): ApiError {
  return new ApiError('not-found', `no medium with id "${id}", or its file is gone`, [
    { path: 'path.id', message: 'not here' },
  ]);
}
