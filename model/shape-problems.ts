import { z } from 'zod';

/** Something that is wrong with what was given. */
export interface Problem {
  /** Where, as in `geometry.coordinates[0][3]`; empty where it is the whole. */
  path: string;
  /** What is wrong and what is allowed. */
  message: string;
}

/** Names of types, as a schema calls them and as people do. */
const TYPES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

/** Formats of text that a schema names, each with an example. */
const FORMATS: Record<string, string> = {
  datetime: 'a time with its offset, such as 2026-03-01T08:00:00+08:00',
  date: 'a day, such as 2026-03-01',
};

/**
 * The value as the schema makes it, or everything that is wrong with it. Where a schema has words of its own they stand; else one
 * sentence says what is asked for, the same in every part of the system.
 */
export function shaped<T>(schema: z.ZodType<T>, value: unknown, under: string): { value: T } | { problems: Problem[] } {
  const result = schema.safeParse(value, { error: inPlainWords });
  if (result.success) return { value: result.data };
  return { problems: result.error.issues.flatMap((issue) => explain(issue, under, schema)) };
}

function inPlainWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type': {
      if (issue.input === undefined) return 'is needed';
      const expected = TYPES[issue.expected];
      return expected && `must be ${expected}, not ${typeNameOf(issue.input)}`;
    }
    case 'invalid_value':
      return `one of: ${issue.values.join(', ')}`;
    case 'invalid_format':
      return FORMATS[issue.format] && `must be ${FORMATS[issue.format]}`;
    case 'too_small':
      if (issue.origin === 'string') return `must have at least ${counted(issue.minimum, 'character')}`;
      if (issue.origin === 'array') return `needs at least ${issue.minimum}`;
      return issue.inclusive === false ? `must be more than ${issue.minimum}` : `must be ${issue.minimum} or more`;
    case 'too_big':
      if (issue.origin === 'string') return `must have at most ${counted(issue.maximum, 'character')}`;
      if (issue.origin === 'array') return `takes at most ${issue.maximum}`;
      return issue.inclusive === false ? `must be less than ${issue.maximum}` : `must be ${issue.maximum} or less`;
    case 'invalid_union':
      // Of forms that a member tells apart, none has this one; the place is the member's.
      return Array.isArray(issue.options) ? `one of: ${issue.options.join(', ')}` : undefined;
    default:
      return undefined;
  }
}

function explain(issue: z.core.$ZodIssue, under: string, schema: z.ZodType): Problem[] {
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // Of the forms that it may have, the one that it is nearest to.
    const [nearest] = [...issue.errors].sort((one, other) => one.length - other.length || depth(other) - depth(one));
    return nearest.flatMap((inner) => explain({ ...inner, path: [...issue.path, ...inner.path] }, under, schema));
  }
  const path = issue.path.reduce<string>(
    (at, key) => (typeof key === 'number' ? `${at}[${key}]` : `${at}${at && '.'}${String(key)}`),
    under,
  );
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
  const known = issue.path.length === 0 && schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const allowed =
    known.length > 0 ? `; allowed: ${known.join(', ')}` : issue.path.length === 0 ? '; none is allowed here' : '';
  return issue.keys.map((key) => ({ path: `${path}${path && '.'}${key}`, message: `not known here${allowed}` }));
}

function depth([issue]: readonly z.core.$ZodIssue[]): number {
  return issue?.path.length ?? 0;
}

function typeNameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  // 1.5 where a whole number is asked for: that it is a number is no news.
  if (typeof value === 'number') return String(value);
  return TYPES[typeof value] ?? typeof value;
}

function counted(count: number | bigint, what: string): string {
  return `${count} ${what}${Number(count) === 1 ? '' : 's'}`;
}
