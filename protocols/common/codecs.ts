import type { FieldInfo, ValueShape } from '../../model/protocol-tools.js';
import type { Edition } from './edition.js';
import type { Reader, Writer } from './wire.js';

/** Values by name, as they go to and come from JSON. */
export type Fields = Record<string, unknown>;

/** One value of a message body, in both directions. */
export interface Codec {
  read(r: Reader): unknown;
  /** Throws RangeError, naming the field, for a value that does not fit. */
  write(w: Writer, value: unknown, name: string): void;
  /** Made of named values, which explain themselves. */
  readonly composite?: true;
  /** What a form may ask for; absent where nothing simpler than JSON would do. */
  shape?(edition: Edition): ValueShape;
}

/** A value, or several, under names. */
export interface Field {
  read(r: Reader, out: Fields): void;
  write(w: Writer, from: Fields): void;
  /** What `write` looks for, in order; nothing that it works out by itself. */
  describe(edition: Edition): FieldInfo[];
}

function uint(bytes: number): Codec {
  const max = 2 ** (8 * bytes) - 1;
  return {
    shape: () => ({ type: 'integer', min: 0, max }),
    read: (r) => r.uint(bytes),
    write: (w, value, name) => w.uint(integer(value, 0, max, name), bytes),
  };
}

export const BYTE = uint(1);
export const WORD = uint(2);
export const DWORD = uint(4);

/** A WORD in two's complement. */
export const SIGNED_WORD: Codec = {
  shape: () => ({ type: 'integer', min: -0x8000, max: 0x7fff }),
  read: (r) => (r.uint(2) << 16) >> 16,
  write: (w, value, name) => w.uint(integer(value, -0x8000, 0xffff, name) & 0xffff, 2),
};

/** A whole number of `1/divisor` units. */
export function scaled(codec: Codec, divisor: number): Codec {
  return {
    shape(edition) {
      const whole = codec.shape?.(edition);
      if (whole?.type !== 'integer') return { type: 'json' };
      return { type: 'number', min: whole.min / divisor, max: whole.max / divisor, step: 1 / divisor };
    },
    read: (r) => (codec.read(r) as number) / divisor,
    write: (w, value, name) => codec.write(w, Math.round(finite(value, name) * divisor), name),
  };
}

/** Degrees × 10^6 as an amount: which hemisphere it is, an attribute bit elsewhere says. */
export const DEGREES_AMOUNT: Codec = {
  shape: () => ({ type: 'number', min: -180, max: 180, step: 1e-6 }),
  read: (r) => r.uint(4) / 1e6,
  write: (w, value, name) => DEGREES.write(w, Math.abs(finite(value, name)), name),
};

/** A DWORD of degrees × 10^6 that has no hemisphere of its own. */
export const DEGREES = scaled(DWORD, 1e6);

/** A WORD that is a message id: "0x0200". */
export const MESSAGE_ID: Codec = {
  shape: () => ({ type: 'message-id' }),
  read: (r) => hexNumber(r.uint(2), 4),
  write: (w, value, name) => w.uint(integer(typeof value === 'string' ? Number(value) : value, 0, 0xffff, name), 2),
};

/** `length` bytes, or all that is left, as hex digits; BCD whose digits matter as they are goes through it too. */
export function hex(length: number | 'rest' | ((r: Reader) => number)): Codec {
  return {
    shape: () => ({ type: 'hex', ...(typeof length === 'number' && { bytes: length }) }),
    read: (r) =>
      r.raw(length === 'rest' ? r.remaining : typeof length === 'number' ? length : length(r)).toString('hex'),
    write: (w, value, name) => w.raw(hexBytes(value, typeof length === 'number' ? length : null, name)),
  };
}

/** Named values as an object. */
export function record(...fields: Field[]): Codec {
  return {
    composite: true,
    shape: (edition) => ({ type: 'object', fields: fields.flatMap((field) => field.describe(edition)) }),
    read: (r) => {
      const out: Fields = {};
      for (const field of fields) field.read(r, out);
      return out;
    },
    write: (w, value, name) => {
      const from = object(value, name);
      for (const field of fields) inField(name, () => field.write(w, from));
    },
  };
}

export function integer(value: unknown, low: number, high: number, name: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(`${name}: must be a whole number from ${low} to ${high}, not ${show(value)}`);
  }
  return value;
}

export function finite(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new RangeError(`${name}: must be a number, not ${show(value)}`);
  }
  return value;
}

export function object(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null)
    throw new RangeError(`${name}: must be an object, not ${show(value)}`);
  return value as Fields;
}

export function array(value: unknown, name: string): unknown[] {
  if (!Array.isArray(value)) throw new RangeError(`${name}: must be a list, not ${show(value)}`);
  return value;
}

export function hexBytes(value: unknown, length: number | null, name: string): Buffer {
  if (typeof value !== 'string' || value.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(value)) {
    throw new RangeError(`${name}: must be hex digits in pairs, not ${show(value)}`);
  }
  if (length !== null && value.length !== length * 2) {
    throw new RangeError(`${name}: must be ${length} bytes as hex, not ${value.length / 2}`);
  }
  return Buffer.from(value, 'hex');
}

/** "0x0200" for 512 in four digits. */
export function hexNumber(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

function inField(name: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    if (error instanceof RangeError) error.message = `${name}.${error.message}`;
    throw error;
  }
}

export function show(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}
