import { BYTE, type Codec, DWORD, type Field, type Fields, record } from '../../common/codecs.js';
import { blob, counted, field, fits, sequence, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';
import { areaList, CIRCLE, POLYGON_FIELDS, RECTANGLE, ROUTE_FIELDS } from './area-fields.js';

/**
 * Ask which areas or routes the terminal has, 查询区域或线路数据, 0x8608.
 * Body: kind BYTE (1 circle, 2 rectangle, 3 polygon, 4 route) · count DWORD, 0 for all · ids DWORD each.
 */
export const areasQuery: Message = {
  id: 0x8608,
  clauses: { 2019: '§8.40' },
  body: sequence(field('kind', BYTE), counted(DWORD, 'count', 'ids', DWORD), trailing),
};

const list = (item: Codec): Field => counted(DWORD, 'count', 'areas', item);

/** By kind: the areas alone, or each with the head of its set message in front; which, the text leaves open. */
const LISTS: Readonly<Record<number, readonly Field[]>> = {
  1: [list(CIRCLE), list(record(areaList(CIRCLE)))],
  2: [list(RECTANGLE), list(record(areaList(RECTANGLE)))],
  3: [list(record(POLYGON_FIELDS))],
  4: [list(record(ROUTE_FIELDS))],
};

/**
 * The areas or routes, 查询区域或线路数据应答, 0x0608.
 * Body: kind BYTE · count DWORD · data, each in the form of the message that sets it (the table prints DWORD).
 */
export const areasResponse: Message = {
  id: 0x0608,
  clauses: { 2019: '§8.41' },
  body: sequence(
    field('kind', BYTE),
    {
      read: (r, out) => (LISTS[out.kind as number]?.find((layout) => fits(r, layout)) ?? UNKNOWN_KIND).read(r, out),
      write: (w, from) => layoutFor(from).write(w, from),
      describe: () => [{ name: 'areas', type: 'list', item: { type: 'json' } }], // their form depends on the kind
    },
    trailing,
  ),
};

/** Neither form comes out even: the number, and the bytes. */
const UNKNOWN_KIND = sequence(field('count', DWORD), blob('data'));

function layoutFor(from: Fields): Field {
  const layouts = LISTS[from.kind as number];
  if (layouts === undefined || from.areas === undefined) return UNKNOWN_KIND;
  const withHead = (from.areas as Fields[])[0]?.action !== undefined;
  return layouts[withHead ? 1 : 0] ?? layouts[0];
}
