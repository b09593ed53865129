import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { ALL_KEYS, LATER } from './settings.js';

/**
 * Settings of a YAML or JSON file as text by key, the way the environment has them. Throws where the file is no map of
 * keys; what is wrong with a single key is added to `problems`.
 */
export function readSettingsFile(file: string, problems: string[]): Record<string, string> {
  const parsed: unknown = parseYaml(readFileSync(file, 'utf8'));
  if (parsed === null) return {};
  if (typeof parsed !== 'object' || Array.isArray(parsed)) throw new Error('must be a map of keys');
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(parsed as Record<string, unknown>)) {
    const key = ALL_KEYS.find((k) => k.name === name);
    if (!key && !(name in LATER)) {
      problems.push(`${file}: ${name}: no such setting; the names are those of the environment variables`);
    } else if (key?.structured && typeof value === 'object') values[name] = JSON.stringify(value);
    else if (typeof value === 'object') problems.push(`${file}: ${name}: must be one value`);
    else values[name] = String(value);
  }
  return values;
}
