import { readFileSync } from 'node:fs';

export function productVersion(): string {
  // One up in the sources, two up in what is built.
  for (const place of ['../package.json', '../../package.json']) {
    try {
      return JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')).version;
    } catch {
      // The other one, then.
    }
  }
  return 'unknown';
}
