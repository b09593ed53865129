import type { CommandProblem } from '../../../model/command.js';
import { decodeText, encodeText } from '../../common/text.js';

/**
 * Parameters of commands, each written once: from it come the check of what is given, the value that is kept, and the
 * JSON Schema that people and forms read.
 */
export interface Param<T> {
  readonly schema: Schema;
  /** May be left out; it then has this value, or none where it is undefined. */
  readonly optional?: { readonly value: T };
  /** The value as it is kept. What is wrong goes to `problems`; what is returned then means nothing. */
  read(value: unknown, path: string, problems: CommandProblem[]): T;
}

export type Schema = Readonly<Record<string, unknown>>;
export type ValueOf<P> = P extends Param<infer T> ? T : never;

/** What is returned beside a problem: nobody looks at it. */
const NOTHING = undefined as never;

function problem(problems: CommandProblem[], path: string, message: string): never {
  problems.push({ path, message });
  return NOTHING;
}

/** A whole number. `about` tells its unit and meaning. */
export function int(low: number, high: number, about?: string): Param<number> {
  return {
    schema: { type: 'integer', minimum: low, maximum: high, ...described(about) },
    read: (value, path, problems) =>
      typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high
        ? value
        : problem(problems, path, `must be a whole number from ${low} to ${high}, not ${show(value)}`),
  };
}

/** A number. */
export function decimal(low: number, high: number, about?: string): Param<number> {
  return {
    schema: { type: 'number', minimum: low, maximum: high, ...described(about) },
    read: (value, path, problems) =>
      typeof value === 'number' && value >= low && value <= high
        ? value
        : problem(problems, path, `must be a number from ${low} to ${high}, not ${show(value)}`),
  };
}

/** Text of `low` to `high` bytes in GBK, which must have all of its characters. */
export function text(low: number, high: number, about?: string): Param<string> {
  return {
    schema: { type: 'string', minLength: Math.min(low, 1), maxLength: high, ...described(about) },
    read(value, path, problems) {
      if (typeof value !== 'string') return problem(problems, path, `must be text, not ${show(value)}`);
      const bytes = encodeText(value);
      if (decodeText(bytes) !== value) {
        const strange = [...value].find((c) => decodeText(encodeText(c)) !== c) ?? value;
        return problem(problems, path, `GBK, which terminals read, has no ${show(strange)}`);
      }
      if (bytes.length >= low && bytes.length <= high) return value;
      return problem(problems, path, `must have ${low} to ${high} bytes in GBK, not ${bytes.length}`);
    },
  };
}

/** Text of one form, such as a time of day. */
export function pattern(form: RegExp, rule: string, about?: string): Param<string> {
  return {
    schema: { type: 'string', pattern: form.source, ...described(about ?? rule) },
    read: (value, path, problems) =>
      typeof value === 'string' && form.test(value)
        ? value
        : problem(problems, path, `must be ${rule}, not ${show(value)}`),
  };
}

/** One of the names of a table; the number that it stands for is looked up where it is sent. */
export function choice<K extends string>(names: Readonly<Record<K, unknown>>, about?: string): Param<K> {
  const all = Object.keys(names) as K[];
  return {
    schema: { type: 'string', enum: all, ...described(about) },
    read: (value, path, problems) =>
      all.includes(value as K)
        ? (value as K)
        : problem(problems, path, `must be one of ${all.join(', ')}, not ${show(value)}`),
  };
}

export function flag(about?: string): Param<boolean> {
  return {
    schema: { type: 'boolean', ...described(about) },
    read: (value, path, problems) =>
      typeof value === 'boolean' ? value : problem(problems, path, `must be true or false, not ${show(value)}`),
  };
}

/** Bytes as hex digits. */
export function hexText(low: number, high: number, about?: string): Param<string> {
  const rule = low === high ? `${low} bytes as hex digits` : `${low} to ${high} bytes as hex digits`;
  return {
    schema: {
      type: 'string',
      pattern: '^([0-9a-fA-F]{2})*$',
      minLength: low * 2,
      maxLength: high * 2,
      ...described(about),
    },
    read: (value, path, problems) =>
      typeof value === 'string' &&
      /^([0-9a-f]{2})*$/i.test(value) &&
      value.length >= low * 2 &&
      value.length <= high * 2
        ? value.toLowerCase()
        : problem(problems, path, `must be ${rule}, not ${show(value)}`),
  };
}

/** Bytes in base64. */
export function base64(low: number, high: number, about?: string): Param<string> {
  const lowest = Math.ceil(low / 3) * 4;
  const highest = Math.ceil(high / 3) * 4;
  return {
    schema: {
      type: 'string',
      contentEncoding: 'base64',
      minLength: lowest,
      maxLength: highest,
      ...described(about),
    },
    read(value, path, problems) {
      if (typeof value !== 'string' || value.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) {
        return problem(problems, path, `must be base64, not ${show(value)}`);
      }
      const length = Buffer.byteLength(value, 'base64');
      if (length >= low && length <= high) return value;
      return problem(problems, path, `must have ${low} to ${high} bytes, not ${length}`);
    },
  };
}

/** RFC 3339; kept as it was given. */
export function time(about?: string): Param<string> {
  return {
    schema: { type: 'string', format: 'date-time', ...described(about) },
    read: (value, path, problems) =>
      typeof value === 'string' && RFC3339.test(value) && inCentury(Date.parse(value))
        ? value
        : problem(problems, path, `must be an RFC 3339 time of 2000 to 2099, not ${show(value)}`),
  };
}

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** Times go out with two digits of the year. */
function inCentury(ms: number): boolean {
  return ms >= Date.UTC(2000, 0, 1) && ms < Date.UTC(2099, 11, 31);
}

export function list<T>(item: Param<T>, low: number, high: number, about?: string): Param<T[]> {
  return {
    schema: { type: 'array', items: item.schema, minItems: low, maxItems: high, ...described(about) },
    read(value, path, problems) {
      if (!Array.isArray(value)) return problem(problems, path, `must be a list, not ${show(value)}`);
      if (value.length < low || value.length > high) {
        return problem(problems, path, `must have ${low} to ${high} members, not ${value.length}`);
      }
      return value.map((member, i) => item.read(member, `${path}[${i}]`, problems));
    },
  };
}

/** Makes a parameter one that may be left out. */
export function optional<T>(param: Param<T>): Param<T | undefined>;
export function optional<T>(param: Param<T>, value: T): Param<T>;
export function optional<T>(param: Param<T>, value?: T): Param<T | undefined> {
  const schema = value === undefined ? param.schema : { ...param.schema, default: value };
  return { ...param, schema, optional: { value } };
}

type Shape = Readonly<Record<string, Param<unknown>>>;
type ObjectOf<S extends Shape> = { [K in keyof S]: ValueOf<S[K]> };

/** Named parameters; a name that is not among them is a problem. */
export function object<S extends Shape>(shape: S, about?: string): Param<ObjectOf<S>> {
  const names = Object.keys(shape);
  const required = names.filter((name) => !shape[name].optional);
  return {
    schema: {
      type: 'object',
      properties: Object.fromEntries(names.map((name) => [name, shape[name].schema])),
      ...(required.length > 0 && { required }),
      additionalProperties: false,
      ...described(about),
    },
    read(value, path, problems) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return problem(problems, path, `must be an object, not ${show(value)}`);
      }
      const given = value as Record<string, unknown>;
      const out: Record<string, unknown> = {};
      for (const name of names) {
        const param = shape[name];
        const inside = join(path, name);
        if (given[name] !== undefined) out[name] = param.read(given[name], inside, problems);
        else if (!param.optional) problem(problems, inside, 'is missing');
        else if (param.optional.value !== undefined) out[name] = param.optional.value;
      }
      for (const name of Object.keys(given)) {
        if (name in shape) continue;
        problem(problems, join(path, name), `is not known here; allowed: ${names.join(', ') || 'nothing'}`);
      }
      return out as ObjectOf<S>;
    },
  };
}

/** A parameter with a condition on its value as a whole; `rule` gives what is wrong, and where inside, or null. */
export function where<T>(param: Param<T>, rule: (value: T) => CommandProblem | null): Param<T> {
  return {
    ...param,
    read(value, path, problems) {
      const before = problems.length;
      const read = param.read(value, path, problems);
      if (problems.length > before) return read;
      const wrong = rule(read);
      if (wrong !== null) problem(problems, join(path, wrong.path), wrong.message);
      return read;
    },
  };
}

export function join(path: string, name: string): string {
  return path === '' ? name : name === '' ? path : name.startsWith('[') ? path + name : `${path}.${name}`;
}

function described(about: string | undefined): Schema {
  return about === undefined ? {} : { description: about };
}

function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
