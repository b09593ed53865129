import { BYTE, type Codec, type Fields, hexBytes, hexNumber, integer, WORD } from '../../common/codecs.js';
import { counted, field, sequence, text, trailing } from '../../common/layout.js';
import type { Message } from '../message.js';
import { parameter } from './parameters-table.js';

const NUMBER_BYTES = { BYTE: 1, WORD: 2, DWORD: 4 } as const;
const VALUE_TEXT = text('value', BYTE);

/** A parameter id: "0x0013". */
const PARAMETER_ID: Codec = {
  shape: () => ({ type: 'text' }),
  read: (r) => hexNumber(r.uint(4), 4),
  write: (w, value, name) => w.uint(integer(Number(value), 0, 0xffff_ffff, name), 4),
};

/**
 * {id DWORD, length BYTE, value}. A number or a text where the table says so and the length agrees; `{hex}` otherwise:
 * terminals send a port in two bytes where four are printed.
 */
const PARAMETER: Codec = {
  composite: true,
  shape: () => ({
    type: 'object',
    fields: [
      { name: 'id', type: 'text' },
      { name: 'value', type: 'json' },
    ],
  }),
  read(r) {
    const out: Fields = {};
    field('id', PARAMETER_ID).read(r, out);
    const known = parameter(Number(out.id));
    if (known !== undefined) out.name = known.name;
    if (known?.type === 'STRING') {
      VALUE_TEXT.read(r, out);
      return out;
    }
    const at = r.at;
    const length = r.uint(1);
    const number = known !== undefined && known.type !== 'STRUCT' && NUMBER_BYTES[known.type] === length;
    out.value = number ? r.uint(length) : { hex: r.raw(length).toString('hex') };
    r.explain(at, 'value', out.value);
    return out;
  },
  write(w, value, name) {
    const from = value as Fields;
    field('id', PARAMETER_ID).write(w, from);
    const known = parameter(Number(from.id));
    if (typeof from.value === 'string') {
      VALUE_TEXT.write(w, from);
    } else if (typeof from.value === 'number') {
      if (known === undefined || !(known.type in NUMBER_BYTES)) {
        throw new RangeError(`${name}: parameter ${from.id} is no number, give {"hex": …}`);
      }
      const bytes = NUMBER_BYTES[known.type as keyof typeof NUMBER_BYTES];
      w.uint(bytes, 1);
      w.uint(integer(from.value, 0, 2 ** (8 * bytes) - 1, `${name} ${from.id}`), bytes);
    } else {
      const bytes = hexBytes((from.value as Fields | undefined)?.hex, null, `${name} ${from.id}`);
      w.uint(bytes.length, 1);
      w.raw(bytes);
    }
  },
};

const items = counted(BYTE, 'count', 'params', PARAMETER);

/**
 * Set parameters, 设置终端参数, 0x8103. Body: count BYTE · parameters.
 * The 2011 draft has a second count for this packet; no terminal is known that wants it.
 */
export const parametersSet: Message = {
  id: 0x8103,
  clauses: { 2011: '§8.8', 2013: '§8.9', 2019: '§8.12' },
  body: sequence(items, trailing),
};

/** Query all parameters, 查询终端参数, 0x8104. No body. */
export const parametersQuery: Message = {
  id: 0x8104,
  clauses: { 2011: '§8.9', 2013: '§8.10', 2019: '§8.13' },
  body: trailing,
};

/** Query given parameters, 查询指定终端参数, 0x8106. Body: count BYTE · ids DWORD each. */
export const parametersQuerySome: Message = {
  id: 0x8106,
  clauses: { 2013: '§8.11', 2019: '§8.14' },
  body: sequence(counted(BYTE, 'count', 'paramIds', PARAMETER_ID), trailing),
};

/**
 * Parameters, 查询终端参数应答, 0x0104. Body: serial of the query WORD · count BYTE · parameters. A long answer is split;
 * the count is that of the whole.
 */
export const parametersResponse: Message = {
  id: 0x0104,
  clauses: { 2011: '§8.10', 2013: '§8.12', 2019: '§8.15' },
  body: sequence(field('replySeq', WORD), items, trailing),
};
