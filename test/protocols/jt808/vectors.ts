import { readFileSync } from 'node:fs';

/** A frame from another project's tests, and what it says; format: protocols/jt808/README.md. */
export interface Vector {
  id: string;
  edition: '2011' | '2013' | '2019' | 'vendor';
  hex: string;
  expect: Record<string, unknown> & { msgId: string; checksumOk: boolean; bodyLengthOk?: boolean };
  source: string;
  quirk?: string;
  note?: string;
}

export const vectors: Vector[] = JSON.parse(readFileSync(new URL('../../vectors/jt808.json', import.meta.url), 'utf8'));

export function vector(id: string): Vector {
  const found = vectors.find((v) => v.id === id);
  if (found === undefined) throw new Error(`no vector ${id}`);
  return found;
}
