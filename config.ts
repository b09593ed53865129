import { contradictions } from './config/contradictions.js';
import { firstLine, type Key, type Keys, type ValuesOf } from './config/key.js';
import { ruleKeys } from './config/rule-keys.js';
import { ALL_KEYS, LATER, PLAIN_KEYS, type Settings } from './config/settings.js';
import { readSettingsFile } from './config/settings-file.js';
import { DEFAULT_RULE_SETTINGS } from './model/change.js';

export type { Settings } from './config/settings.js';

export interface LoadedSettings {
  settings: Settings;
  /** In force, by key, as text; secrets masked. What `--print-config` shows. */
  printed: Record<string, string>;
  /** One sentence each: a key that nothing reads, a key of a later version. */
  warnings: string[];
}

/** A setting that cannot be used; the message is one line for each, saying key, value and what is allowed. */
export class ConfigError extends Error {
  readonly code = 'bad-config';
}

/** Read by the tests and by CI, not by the server. */
const FOR_TESTS = new Set(['CHEJI_REQUIRE_SERVICES', 'CHEJI_SHARED']);

/**
 * Environment over file over defaults; outside this file nobody reads the environment.
 * Throws ConfigError with one line for each wrong key.
 */
export function loadSettings(env: Record<string, string | undefined> = process.env, file?: string): LoadedSettings {
  const problems: string[] = [];
  const fromFile = file === undefined ? {} : fileSettings(file, problems);
  const printed: Record<string, string> = {};

  const read = (key: Key<unknown>): unknown => {
    const text = env[key.name] || fromFile[key.name] || key.fallback;
    const shown = key.secret && text !== '' ? masked(text, key.secret) : text;
    printed[key.name] = shown;
    const result = key.read(text);
    if ('value' in result) return result.value;
    problems.push(`${key.name}=${shown}: must be ${key.allowed}${result.wrong}`);
  };
  const readAll = <K extends Keys>(keys: K) =>
    Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, read(key)])) as ValuesOf<K>;

  const settings = { ...readAll(PLAIN_KEYS), rules: { ...DEFAULT_RULE_SETTINGS, ...readAll(ruleKeys) } };
  if (problems.length === 0) problems.push(...contradictions(settings));
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return { settings, printed, warnings: unread({ ...fromFile, ...env }) };
}

/** Key, default and what is allowed, for `--help` and the documentation. */
export function describeSettings(): { name: string; fallback: string; allowed: string }[] {
  return ALL_KEYS.map(({ name, fallback, allowed }) => ({ name, fallback, allowed }));
}

/** One sentence for each of our names that nothing reads. */
function unread(given: Record<string, string | undefined>): string[] {
  const warnings: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (!name.startsWith('CHEJI_') || ALL_KEYS.some((key) => key.name === name) || FOR_TESTS.has(name)) continue;
    if (!(name in LATER)) {
      warnings.push(`${name} is set, but no such setting exists; \`cheji serve --help\` lists them`);
    } else if (value !== '' && value !== '0') warnings.push(`${name} is set, but ${LATER[name]}`);
  }
  return warnings;
}

function fileSettings(file: string, problems: string[]): Record<string, string> {
  try {
    return readSettingsFile(file, problems);
  } catch (error) {
    throw new ConfigError(`${file}: ${firstLine(error)}`);
  }
}

function masked(secret: string, kind: true | 'in-url'): string {
  const [, scheme, place] = (kind === 'in-url' && /^([a-z]+:\/\/)(?:.*@)?([^?]*)/.exec(secret)) || [];
  if (scheme === undefined) return '***';
  // A password may stand behind the question mark, too.
  const hidden = secret.length > scheme.length + place.length;
  return hidden ? `${scheme}***@${place}` : secret;
}
