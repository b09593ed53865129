import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';

/** One setting: what it is called outside, what it may be, and how it is read. */
export interface Key<T> {
  name: string;
  /** As text; '' means not set. */
  fallback: string;
  allowed: string;
  /** Never shown; `in-url`: but for where the URL leads. */
  secret?: true | 'in-url';
  /** A list or a map in the file of settings. */
  structured?: boolean;
  read(text: string): { value: T } | { wrong: string };
}

export type Keys = Record<string, Key<unknown>>;
export type ValuesOf<K> = { [N in keyof K]: K[N] extends Key<infer T> ? T : never };

type Options = Pick<Key<unknown>, 'secret' | 'structured'>;

/** A setting that always has a value: the schema reads the fallback, too. `allowed` ends the sentence "must be …". */
export function key<T>(
  name: string,
  fallback: string,
  allowed: string,
  schema: z.ZodType<T>,
  options: Options = {},
): Key<T> {
  return {
    name,
    fallback,
    allowed,
    ...options,
    read: (text) => {
      const result = schema.safeParse(text);
      if (result.success) return { value: result.data };
      // What zod says of a single value, the sentence on what is allowed says better.
      return { wrong: options.structured ? placeOf(result.error) : entryOf(result.error, text) };
    },
  };
}

/** A setting that may be left out; null where it is. */
export function optional<T>(name: string, allowed: string, schema: z.ZodType<T>, options: Options = {}): Key<T | null> {
  const given = key(name, '', allowed, schema, options);
  return { ...given, read: (text) => (text === '' ? { value: null } : given.read(text)) };
}

export const text = z.string().min(1);
export const port = z.coerce.number().int().min(0).max(65_535);
/** `host:port` or `[address]:port`. */
export const feedAddress = z
  .string()
  .regex(/^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):\d{1,5}$/)
  .transform((address) => {
    const colon = address.lastIndexOf(':');
    return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
  })
  .refine(({ port }) => port >= 1 && port <= 65_535);
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
export const wholeNumber = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z.coerce.number().int().min(least).max(most);
export const urlOf = (protocol: RegExp) => z.url({ protocol });
/** What stands between commas; nothing is an empty list. */
export const list = z.string().transform((line) => (line === '' ? [] : line.split(',').map((entry) => entry.trim())));
export const networks = list.pipe(z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])));
/** A list or a map as YAML or JSON, in the file of settings as it stands there. */
export const structured = z.string().transform((text, context): unknown => {
  try {
    return parseYaml(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: firstLine(error) });
    return z.NEVER;
  }
});
/** `name=value` between commas; of a name that stands there twice, the last. */
export const pairs = list.transform(
  (entries): Record<string, unknown> => Object.fromEntries(entries.filter(Boolean).map(pair)),
);

function pair(entry: string): string[] {
  const at = entry.indexOf('=');
  return at < 0 ? [entry, ''] : [entry.slice(0, at).trim(), entry.slice(at + 1).trim()];
}

/** A file with certificates or keys in it: what is wrong with it is told with its setting, and not by the first connection. */
export const pemFile = text.superRefine((file, context) => {
  try {
    if (!readFileSync(file, 'latin1').includes('-----BEGIN ')) tell(context, 'no PEM in it');
  } catch (error) {
    tell(context, firstLine(error));
  }
});

/** The first line of an error that quotes below it what it is about. */
export function firstLine(error: unknown): string {
  return (error as Error).message.split('\n')[0].replace(/:$/, '');
}

/** Refuses a value with words that people are told besides what is allowed. */
export function tell(context: z.RefinementCtx, message: string): void {
  context.addIssue({ code: 'custom', message, params: { told: true } });
}

/** Which entry between commas is wrong; of a single value '', unless its schema tells why. */
function entryOf(error: z.ZodError, text: string): string {
  const [issue] = error.issues;
  if (issue.code === 'custom' && issue.params?.told) return `; ${issue.message}`;
  if (issue.code === 'unrecognized_keys') return `; there is no ${issue.keys[0]}`;
  const entries = text.split(',').map((entry) => entry.trim());
  const [place] = issue.path;
  if (typeof place === 'number') return `; entry ${place + 1}: ${entries[place]}`;
  return place === undefined ? '' : `; ${entries.findLast((entry) => entry.startsWith(`${String(place)}=`))}`;
}

/** Where in a list the first thing is that is wrong, and why. */
function placeOf(error: z.ZodError): string {
  const [issue] = error.issues;
  const [first, ...names] = issue.path;
  const place =
    typeof first === 'number' ? `entry ${first + 1}${names.map((name) => `, ${String(name)}`).join('')}: ` : '';
  return `; ${place}${issue.message}`;
}
