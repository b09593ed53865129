import type { FieldInfo, ValueShape } from '../../model/protocol-tools.js';
import { gmt8BcdToMs, msToBeijing, msToGmt8Bcd } from '../../model/units.js';
import { array, type Codec, type Field, type Fields, hexBytes, show } from './codecs.js';
import type { Edition } from './edition.js';
import { decodeText, encodeText, stripPadding } from './text.js';
import { Reader, type Writer } from './wire.js';

/**
 * Message bodies are written once, as fields in the order of the standard's tables. Decoding to JSON, encoding from JSON
 * and the byte-by-byte explanation all come from that one list.
 */

export interface FieldOptions {
  /** Written, or worked out, when the JSON does not say; without it the name has to be there. */
  default?: unknown | ((from: Fields) => unknown);
}

export function field(name: string, codec: Codec, options: FieldOptions = {}): Field {
  return {
    read(r, out) {
      const at = r.at;
      const value = codec.composite ? r.named(name, () => codec.read(r)) : codec.read(r);
      if (r.failure !== null) return r.blame(name);
      if (!codec.composite) r.explain(at, name, value);
      out[name] = value;
    },
    write(w, from) {
      const fallback = typeof options.default === 'function' ? options.default(from) : options.default;
      codec.write(w, from[name] ?? fallback, name);
    },
    describe(edition) {
      const { default: fallback } = options;
      const given = typeof fallback === 'function' ? {} : { default: fallback };
      return [{ name, ...(fallback !== undefined && { optional: true, ...given }), ...shapeOf(codec, edition) }];
    },
  };
}

/** Fields one after the other. */
export function sequence(...fields: Field[]): Field {
  return {
    read(r, out) {
      for (const f of fields) {
        if (r.failure !== null) return;
        f.read(r, out);
      }
    },
    write(w, from) {
      for (const f of fields) f.write(w, from);
    },
    describe: (edition) => fields.flatMap((f) => f.describe(edition)),
  };
}

/** What a condition may look at: on decoding how much is left, on encoding Infinity. */
export interface Form {
  edition: Edition;
  remaining: number;
}

/** Fields that are there only under a condition on the fields before them, the edition, or what is left. */
export function when(test: (fields: Fields, form: Form) => boolean, ...fields: Field[]): Field {
  const body = sequence(...fields);
  return {
    read: (r, out) => {
      if (test(out, r)) body.read(r, out);
    },
    write: (w, from) => {
      if (test(from, { edition: w.edition, remaining: Number.POSITIVE_INFINITY })) body.write(w, from);
    },
    describe(edition) {
      const holds = holdsAlways(test, edition);
      if (holds === false) return [];
      return holds ? body.describe(edition) : asOptional(body.describe(edition));
    },
  };
}

/** Whether the condition holds in an edition whatever the fields say; null where that depends on them. */
function holdsAlways(test: (fields: Fields, form: Form) => boolean, edition: Edition): boolean | null {
  let looked = false;
  const fields = new Proxy<Fields>(
    {},
    {
      get() {
        looked = true;
        return undefined;
      },
    },
  );
  const holds = test(fields, { edition, remaining: Number.POSITIVE_INFINITY });
  return looked ? null : holds;
}

function asOptional(fields: FieldInfo[]): FieldInfo[] {
  return fields.map((f) => ({ ...f, optional: true }));
}

function shapeOf(codec: Codec, edition: Edition): ValueShape {
  return codec.shape?.(edition) ?? { type: 'json' };
}

/** True where `field` would read all that is left, to the last byte: for layouts that only their length tells apart. */
export function fits(r: Reader, field: Field): boolean {
  const trial = new Reader(r.bytes, r.at, r.end, r.edition);
  field.read(trial, {});
  return trial.failure === null && trial.remaining === 0;
}

/** Fields that may be missing at the end: read when at least `bytes` are left, written when the JSON has `name`. */
export function optional(name: string, bytes: number, ...fields: Field[]): Field {
  const body = sequence(...fields);
  return {
    read: (r, out) => {
      if (r.remaining >= bytes) body.read(r, out);
    },
    write: (w, from) => {
      if (from[name] !== undefined) body.write(w, from);
    },
    describe: (edition) => asOptional(body.describe(edition)),
  };
}

/** One of several layouts: found from the bytes on decoding, from the JSON and the edition on encoding. */
export function oneOf<K extends string>(
  variants: Record<K, Field>,
  found: (r: Reader) => K,
  meant: (from: Fields, edition: Edition) => K,
): Field {
  return {
    read: (r, out) => variants[found(r)].read(r, out),
    write: (w, from) => variants[meant(from, w.edition)].write(w, from),
    describe: (edition) => variants[meant({}, edition)].describe(edition),
  };
}

/** Something worked out from the fields before it, for people; not written. */
export function derived(work: (out: Fields, edition: Edition) => void): Field {
  return {
    read: (r, out) => {
      if (r.failure === null) work(out, r.edition);
    },
    write: () => {},
    describe: () => [],
  };
}

/** How many members `list` has: encoding counts them. */
export function countOf(list: string, codec: Codec, name = 'count'): Field {
  return {
    read: (r, out) => field(name, codec).read(r, out),
    write: (w, from) => codec.write(w, array(from[list], list).length, name),
    describe: () => [],
  };
}

/** A list of `item`s with their number, called `countName`, right in front. */
export function counted(count: Codec, countName: string, name: string, item: Codec): Field {
  return sequence(countOf(name, count, countName), {
    read: (r, out) => {
      out[name] = readItems(r, name, item, out[countName] as number);
    },
    ...listField(name, item),
  });
}

/** A list that fills what is left, as long as at least `itemBytes` are. */
export function listToEnd(name: string, item: Codec, itemBytes: number): Field {
  return {
    read(r, out) {
      const list: unknown[] = [];
      while (r.remaining >= itemBytes && readItem(r, name, item, list)) {}
      out[name] = list;
    },
    ...listField(name, item),
  };
}

/** How a list is written, whatever tells its length. */
function listField(name: string, item: Codec): Pick<Field, 'write' | 'describe'> {
  return {
    write: (w, from) => writeItems(w, name, item, array(from[name], name)),
    describe: (edition) => [{ name, type: 'list', item: shapeOf(item, edition) }],
  };
}

function readItems(r: Reader, name: string, item: Codec, n: number): unknown[] {
  const list: unknown[] = [];
  for (let i = 0; i < n && readItem(r, name, item, list); i++) {}
  return list;
}

function readItem(r: Reader, name: string, item: Codec, list: unknown[]): boolean {
  const at = r.at;
  const itemName = `${name}[${list.length}]`;
  const value = r.named(itemName, () => item.read(r));
  if (r.failure !== null) {
    r.blame(itemName);
    return false;
  }
  if (!item.composite) r.explain(at, itemName, value);
  list.push(value);
  return true;
}

function writeItems(w: Writer, name: string, item: Codec, list: unknown[]): void {
  for (let i = 0; i < list.length; i++) item.write(w, list[i], `${name}[${i}]`);
}

export interface TextOptions {
  /** The field is padded with spaces too. */
  spaces?: boolean;
}

/**
 * STRING in GBK: of `length` bytes (padded with 0x00 on the right), after a length of its own, or all that is left.
 * Where the text alone would not give the same bytes back, they are kept beside it as `<name>Hex`.
 */
export function text(name: string, length: number | 'rest' | Codec, options: TextOptions = {}): Field {
  const size = typeof length === 'number' ? length : null;
  const canonical = (value: string) => padRight(encodeText(value), size ?? 0);
  return {
    read(r, out) {
      const at = r.at;
      const n = size ?? (length === 'rest' ? r.remaining : ((length as Codec).read(r) as number));
      const raw = r.raw(n);
      if (r.failure !== null) return r.blame(name);
      const value = stripPadding(decodeText(raw), options.spaces === true);
      r.explain(at, name, value);
      out[name] = value;
      if (!canonical(value).equals(raw)) out[`${name}Hex`] = raw.toString('hex');
    },
    write(w, from) {
      const value = from[name] ?? '';
      if (typeof value !== 'string') throw new RangeError(`${name}: must be text, not ${show(value)}`);
      let raw = canonical(value);
      const kept = from[`${name}Hex`];
      if (typeof kept === 'string') {
        const bytes = Buffer.from(kept, 'hex');
        // The text is what counts: bytes of another text are left over from before it was changed.
        if (stripPadding(decodeText(bytes), options.spaces === true) === value) raw = bytes;
      }
      if (size !== null && raw.length > size) {
        throw new RangeError(`${name}: '${value}' takes ${raw.length} bytes in GBK, ${size} are there`);
      }
      if (size === null && length !== 'rest') (length as Codec).write(w, raw.length, `length of ${name}`);
      w.raw(raw);
    },
    describe: () => [{ name, type: 'text', ...(size !== null && { bytes: size }) }],
  };
}

/**
 * BCD[6] in GMT+8 as `2026-01-31T12:00:00+08:00`; null where it is no time, and then `<name>Bcd` has its digits.
 * Encodes from the same, from any RFC 3339 time, or from epoch ms.
 */
export function time(name: string): Field {
  return {
    read(r, out) {
      const at = r.take(6);
      if (at < 0) return r.blame(name);
      const value = msToBeijing(gmt8BcdToMs(r.bytes, at));
      r.explain(at, name, value);
      out[name] = value;
      if (value === null) out[`${name}Bcd`] = r.bytes.toString('hex', at, at + 6);
    },
    write(w, from) {
      const value = from[name] ?? null;
      if (value === null) return w.raw(hexBytes(from[`${name}Bcd`], 6, `${name}Bcd`));
      const out = Buffer.alloc(6);
      msToGmt8Bcd(epochMs(value, name), out, 0);
      w.raw(out);
    },
    describe: () => [{ name, type: 'time' }],
  };
}

/** A file, picture or packet that fills what is left: its length, its first bytes to look at, and all of it. */
export function blob(name: string): Field {
  return {
    read(r, out) {
      const at = r.at;
      const raw = r.raw(r.remaining);
      const head = raw.toString('hex', 0, 8);
      r.explain(at, name, raw.length > 8 ? `${head}… (${raw.length} bytes)` : head);
      out[`${name}Length`] = raw.length;
      out[`${name}HeadHex`] = head;
      out[`${name}Hex`] = raw.toString('hex');
    },
    write: (w, from) => w.raw(hexBytes(from[`${name}Hex`] ?? '', null, `${name}Hex`)),
    describe: () => [{ name: `${name}Hex`, optional: true, type: 'hex' }],
  };
}

/** What is left when all that is known has been read; absent when nothing is. */
export const trailing: Field = {
  read(r, out) {
    if (r.failure !== null || r.remaining === 0) return;
    const at = r.at;
    const value = r.raw(r.remaining).toString('hex');
    r.explain(at, 'trailing', value);
    out.trailing = value;
  },
  write(w, from) {
    if (from.trailing !== undefined) w.raw(hexBytes(from.trailing, null, 'trailing'));
  },
  describe: () => [], // what no table knows, no form asks for
};

/** Epoch ms of a time in JSON: RFC 3339, or epoch ms as a number. Throws RangeError for anything else. */
function epochMs(value: unknown, name: string): number {
  const ms = typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (!Number.isFinite(ms)) throw new RangeError(`${name}: must be an RFC 3339 time, not ${show(value)}`);
  return ms;
}

function padRight(bytes: Buffer, length: number): Buffer {
  return bytes.length >= length ? bytes : Buffer.concat([bytes], length);
}
