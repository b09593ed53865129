import { z } from 'zod';
import { ApiError } from './http/errors.js';

/** Query parameters that several routes and the stream share; each says what is wrong with it and where. */

/** Degrees WGS-84: west, south, east, north. */
export type Bbox = readonly [west: number, south: number, east: number, north: number];

const SIDES = ['west', 'south', 'east', 'north'];
const BOUNDS = [180, 90, 180, 90];

/** Four finite numbers to a box; a message where they are none. */
export function bboxProblem(box: readonly unknown[]): string | null {
  if (box.length !== 4) return `four numbers west,south,east,north are needed; got ${box.length}`;
  for (let i = 0; i < 4; i++) {
    const value = box[i];
    if (typeof value !== 'number' || !Number.isFinite(value)) return `${SIDES[i]} is not a number`;
    if (Math.abs(value) > BOUNDS[i]) return `${SIDES[i]} ${value} is outside -${BOUNDS[i]}…${BOUNDS[i]}`;
  }
  const [west, south, east, north] = box as Bbox;
  if (south > north) return `south ${south} is greater than north ${north}`;
  if (west > east) return `west ${west} is greater than east ${east}; ask for a box across 180° in two parts`;
  return null;
}

export const bboxParam = z
  .string()
  .meta({ description: 'west,south,east,north in degrees WGS-84', examples: ['120.2,31.5,120.4,31.6'] })
  .transform((text, context): Bbox => {
    const box = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
    const problem = bboxProblem(box);
    if (problem === null) return box as unknown as Bbox;
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });

export const booleanParam = z.enum(['true', 'false'], 'true or false').transform((text) => text === 'true');

/** RFC 3339 to epoch ms. A plus that was not escaped arrives as a space; it can only have meant the offset. */
export const timeParam = z
  .string()
  .meta({ description: 'RFC 3339', examples: ['2024-05-01T08:00:00Z'] })
  .transform((text, context): number => {
    const parsed = z.iso.datetime({ offset: true }).safeParse(text.replace(' ', '+'));
    if (parsed.success) return Date.parse(parsed.data);
    context.addIssue({ code: 'custom', message: `"${text}" is no RFC 3339 time such as 2024-05-01T08:00:00Z` });
    return z.NEVER;
  });

/** `a,b,c`, each of them checked by `item`. */
export function listParam<T extends z.ZodType<string, string>>(item: T, most = 100) {
  return z
    .string()
    .meta({ description: 'one or several, separated by commas' })
    .transform((text) => text.split(','))
    .pipe(z.array(item).max(most));
}

/** `true`, `false`, or both. */
export const booleansParam = listParam(z.enum(['true', 'false'], 'true or false')).transform((texts) =>
  texts.map((text) => text === 'true'),
);

/** In JSON: one value, or a list of them. Described as such, checked as a list, so that what is wrong is said plainly. */
export function oneOrMany<T extends z.ZodType>(item: T) {
  const list = z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(item).min(1).max(500));
  alsoOne.add(list);
  return list;
}

const alsoOne = new WeakSet<object>();

/** Lets the JSON Schema of a list that may be one value say so; for z.toJSONSchema's `override`. */
export function describeOneOrMany({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: object;
  jsonSchema: z.core.JSONSchema.JSONSchema;
}) {
  if (!alsoOne.has(zodSchema)) return;
  const list = { ...jsonSchema };
  for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
  jsonSchema.anyOf = [list.items as z.core.JSONSchema.JSONSchema, list];
}

export function limitParam(most: number, usual: number) {
  const message = `a whole number from 1 to ${most}`;
  return z
    .string()
    .regex(/^\d{1,7}$/, message)
    .meta({ description: `at most ${most}; ${usual} where absent` })
    .transform(Number)
    .pipe(z.int(message).min(1, message).max(most, message))
    .default(usual);
}

/** A number within bounds, from text. */
export function numberParam(low: number, high: number, unit: string) {
  const message = `a number from ${low} to ${high} (${unit})`;
  return z
    .string()
    .regex(/^-?\d+(\.\d+)?$/, message)
    .meta({ description: unit })
    .transform(Number)
    .pipe(z.number().min(low, message).max(high, message));
}

/** The longest has the name of a company in it, as UTF-8 and then Base64. */
export const cursorParam = z.string().max(1000).meta({ description: 'from the page before' });

/** Opaque to callers, so that what is inside may change. */
export function writeCursor(kind: string, place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([kind, ...place])).toString('base64url');
}

/** What may stand in a cursor: a whole number from 0 on, a time in epoch ms, or a text (PostgreSQL holds none with a zero in it). */
const CURSOR_PARTS = {
  number: (part: unknown): part is number => Number.isSafeInteger(part) && (part as number) >= 0,
  time: (part: unknown): part is number => typeof part === 'number' && part >= 0 && part <= LATEST_MS,
  text: (part: unknown): part is string => typeof part === 'string' && !part.includes('\0'),
};
/** The latest that a Date holds. */
const LATEST_MS = 8.64e15;

type CursorPart = keyof typeof CURSOR_PARTS;
type CursorPlace<Parts extends readonly CursorPart[]> = {
  -readonly [I in keyof Parts]: Parts[I] extends 'text' ? string : number;
};

/** The place that `writeCursor` was given. Callers may send whatever they like: what is none is refused before anybody looks for it. */
export function readCursor<const Parts extends readonly CursorPart[]>(
  kind: string,
  cursor: string,
  parts: Parts,
): CursorPlace<Parts> {
  try {
    const [of, ...place] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    const fits = place.length === parts.length && parts.every((part, i) => CURSOR_PARTS[part](place[i]));
    if (of === kind && fits) return place as CursorPlace<Parts>;
  } catch {
    // falls through to the one answer for every wrong cursor
  }
  throw new ApiError('bad-request', 'query.cursor: not a cursor of this list', [
    { path: 'query.cursor', message: 'take it from the page before' },
  ]);
}
