const MAX_DEPTH = 16;
const MAX_KEYS = 1000;
const MAX_BYTES = 64 * 1024;
/** Names that reach an object's prototype where code copies members without care. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * What is wrong with a JSON object from outside that is kept as it came, or null: too deep, too large, a key that
 * reaches a prototype, a value that JSON cannot hold. `path` begins with a dot or a bracket.
 */
export function jsonProblem(value: object): { path: string; message: string } | null {
  let keys = 0;
  const queue: { value: object; path: string; depth: number }[] = [{ value, path: '', depth: 1 }];
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { value: holder, path, depth } = next;
    if (depth > MAX_DEPTH) return { path, message: `is nested deeper than ${MAX_DEPTH} levels` };
    for (const key of Object.keys(holder)) {
      const member = Array.isArray(holder) ? `${path}[${key}]` : `${path}.${key.slice(0, 100)}`;
      if (FORBIDDEN_KEYS.has(key)) return { path: member, message: `'${key}' is not allowed as a name` };
      const inner: unknown = (holder as Record<string, unknown>)[key];
      // A corridor has a width and a limit for each of its segments: of lists of numbers the length in characters is the bound.
      const listed = Array.isArray(holder) && (typeof inner === 'number' || inner === null);
      if (!listed && ++keys > MAX_KEYS) return { path: '', message: `has more than ${MAX_KEYS} members` };
      if (typeof inner === 'object' && inner !== null) queue.push({ value: inner, path: member, depth: depth + 1 });
      else if (typeof inner === 'number' && !Number.isFinite(inner)) return { path: member, message: 'is no number' };
    }
  }
  if (JSON.stringify(value).length > MAX_BYTES) return { path: '', message: `is longer than ${MAX_BYTES} characters` };
  return null;
}
