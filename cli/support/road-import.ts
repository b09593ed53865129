import { basename } from 'node:path';
import { parseRoad } from '../../geo/road-input.js';
import { readFeatures } from '../../ingest/files/geojson-features.js';
import { conditionalTag, LIMIT_TAGS, USUAL_ROAD_SET } from '../../model/road.js';
import type { ApiClient } from './api-client.js';
import type { ImportKind } from './import-run.js';

/** What a property of a Feature may mean. */
export const ROAD_FIELDS: readonly string[] = [
  ...['id', 'name', 'highway', 'oneway'],
  ...LIMIT_TAGS.flatMap((tag) => [tag, conditionalTag(tag)]),
];
/** Of clauses of conditional tags that are not understood. */
const MAX_EXAMPLES = 5;

export interface RoadImportOptions {
  /** Property of the file to field. */
  map?: Record<string, string>;
  /** Its name; that of the file where absent. */
  set?: string;
  /** Roads of the set that the file does not have are removed. */
  replace?: boolean;
}

interface Feature {
  properties?: Record<string, unknown> | null;
  [more: string]: unknown;
}

/** Roads from GeoJSON: those with an id that is known replace that one. A batch is one change of the server's log. */
export function roadImport(api: ApiClient, options: RoadImportOptions, file: string): ImportKind<unknown> {
  const set = options.set ?? setOf(file);
  const path = `/v1/roads?set=${encodeURIComponent(set)}`;
  /** The revision of the first batch: what is older was not in the file. */
  let since: number | null = null;
  const notUnderstood = { clauses: 0, examples: [] as string[] };

  const send = async (values: readonly unknown[]): Promise<(string | null)[]> => {
    const body = { type: 'FeatureCollection', features: values };
    const { status, body: answer } = await api.send<{ revision: number }>('POST', path, body);
    if (status === 413 && values.length > 1) {
      const half = values.length >> 1;
      return [...(await send(values.slice(0, half))), ...(await send(values.slice(half)))];
    }
    if (status >= 300) return values.map(() => answer.error?.message ?? `status ${status}`);
    since ??= answer.revision;
    return values.map(() => null);
  };

  return {
    unit: 'roads',
    batch: 1000,
    async *read() {
      for await (const { line, value } of readFeatures(file)) {
        const feature = renamed(value, options.map);
        const parsed = parseRoad(feature);
        if ('road' in parsed) {
          notUnderstood.clauses += parsed.notUnderstood.length;
          for (const clause of parsed.notUnderstood) {
            if (notUnderstood.examples.length < MAX_EXAMPLES) notUnderstood.examples.push(`line ${line}: ${clause}`);
          }
          yield { line, value: feature };
        } else yield { line, reason: parsed.problems.map(({ path: at, message }) => `${at}: ${message}`).join('; ') };
      }
    },
    send,
    notes: () => ({ notUnderstood }),
    async finish({ refused }) {
      // What was refused may be there in an older form, which is better than nothing.
      if (!options.replace || since === null || refused > 0) return;
      const { status, body } = await api.send('DELETE', `${path}&before=${since}`);
      if (status >= 300) throw new Error(`roads that the file does not have stayed: ${body.error?.message ?? status}`);
    },
  };
}

function renamed(value: unknown, map: Record<string, string> = {}): unknown {
  const { properties } = (value ?? {}) as Feature;
  if (!properties || typeof properties !== 'object') return value;
  const tags = Object.entries(properties).map(([name, tag]) => [map[name] ?? name, tag]);
  return { ...(value as Feature), properties: Object.fromEntries(tags) as Record<string, unknown> };
}

/** `wuxi.geojson` is `wuxi`; what could be no name is `roads`. */
function setOf(file: string): string {
  const name = basename(file).replace(/\..*$/, '');
  return /^[\w\-\p{Script=Han}]{1,64}$/u.test(name) ? name : USUAL_ROAD_SET;
}
