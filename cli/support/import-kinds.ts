import { parseFence } from '../../geo/fence-input.js';
import { csvLines } from '../../ingest/files/csv-lines.js';
import { readFeatures } from '../../ingest/files/geojson-features.js';
import {
  type PositionInput,
  positionInput,
  readTrackFile,
  type TrackFileOptions,
} from '../../ingest/files/read-track-file.js';
import { DATUMS, type Datum } from '../../model/datum.js';
import { VEHICLE_CATEGORIES } from '../../model/vehicle.js';
import type { ApiClient } from './api-client.js';
import { InputError } from './command.js';
import type { ImportKind } from './import-run.js';

/** Fixes from a file of tracks, in any order; each goes to the vehicle with the id that the file gives. */
export function trackImport(api: ApiClient, options: TrackFileOptions & { datum?: Datum }): ImportKind<PositionInput> {
  return {
    unit: 'fixes',
    batch: 2000,
    async *read(file) {
      for await (const item of readTrackFile(file, options)) {
        if ('reason' in item) yield item;
        else yield { line: item.line, value: positionInput(item) };
      }
    },
    async send(values) {
      const { status, body } = await api.send<{ items: { ok: boolean; error?: { code: string; message: string } }[] }>(
        'POST',
        `/v1/positions?datum=${options.datum ?? 'wgs84'}`,
        values,
      );
      if (status === 200) return body.items.map(({ error }) => (error ? `${error.code}: ${error.message}` : null));
      // Where none is taken there is no list, but a detail for each of the first hundred.
      const details = new Map(body.error?.details.map(({ path, message }) => [Number(/\d+/.exec(path)?.[0]), message]));
      return values.map((_, i) => details.get(i) ?? body.error?.message ?? `status ${status}`);
    },
  };
}

export const VEHICLE_FIELDS = [
  'id',
  'plate',
  'plateColor',
  'category',
  'company',
  'region',
  'terminal',
  'datum',
] as const;
type VehicleField = (typeof VEHICLE_FIELDS)[number];

interface VehicleInput {
  id: string;
  [more: string]: unknown;
}

/** Vehicles from a CSV file with a column `id`; what a cell leaves empty stays as it is. `terminal` is protocol:number. */
export function vehicleImport(api: ApiClient, options: { map?: Record<string, string> }): ImportKind<VehicleInput> {
  return {
    unit: 'vehicles',
    batch: 20,
    async *read(file) {
      let columns: Map<VehicleField, number> | null = null;
      for await (const { line, cells } of csvLines(file)) {
        if (!columns) columns = vehicleColumns(cells, options.map ?? {});
        else yield { line, ...vehicleOf(cells, columns) };
      }
    },
    send: (values) =>
      Promise.all(
        values.map(async ({ id, ...facts }) => {
          const { status, body } = await api.send('PUT', `/v1/vehicles/${encodeURIComponent(id)}`, facts);
          return status < 300 ? null : (body.error?.message ?? `status ${status}`);
        }),
      ),
  };
}

/** `plate_color`, `plateColor` and `PlateColor` are the same heading. */
function vehicleColumns(heading: string[], map: Record<string, string>): Map<VehicleField, number> {
  const columns = new Map<VehicleField, number>();
  for (const [at, name] of heading.entries()) {
    const meant = map[name] ?? name.replace(/^\ufeff/, '').replaceAll('_', '');
    const field = VEHICLE_FIELDS.find((known) => known.toLowerCase() === meant.toLowerCase());
    if (field) columns.set(field, at);
  }
  if (columns.has('id')) return columns;
  throw new InputError(`line 1: no column for id among ${heading.join(', ')}; name it with --map COLUMN=id`);
}

function vehicleOf(cells: string[], columns: Map<VehicleField, number>): { value: VehicleInput } | { reason: string } {
  const cell = (field: VehicleField) => cells[columns.get(field) ?? -1] || undefined;
  const id = cell('id');
  if (!id) return { reason: 'no id' };
  const category = cell('category');
  if (category && !(VEHICLE_CATEGORIES as readonly string[]).includes(category)) {
    return { reason: `category "${category}" is none of ${VEHICLE_CATEGORIES.join(', ')}` };
  }
  const plateColor = cell('plateColor');
  if (plateColor && !/^\d{1,2}$/.test(plateColor))
    return { reason: `plateColor "${plateColor}" is no code of JT/T 415` };
  const datum = cell('datum');
  if (datum && !(DATUMS as readonly string[]).includes(datum)) {
    return { reason: `datum "${datum}" is none of ${DATUMS.join(', ')}` };
  }
  const terminal = cell('terminal');
  const [, protocol, number] = /^([a-z0-9-]+):(\S+)$/.exec(terminal ?? '') ?? [];
  if (terminal && !number) return { reason: `terminal "${terminal}" is not protocol:number` };
  return {
    value: {
      id,
      plate: cell('plate'),
      plateColor: plateColor && Number(plateColor),
      category,
      company: cell('company'),
      region: cell('region'),
      terminals: number ? [{ protocol, number }] : undefined,
      datum,
    },
  };
}

interface FenceInput {
  id?: string | number;
  [more: string]: unknown;
}

/** Fences from a FeatureCollection, one Feature, or a Feature per line; those with an id replace the fence of that id. */
export function fenceImport(api: ApiClient): ImportKind<FenceInput> {
  return {
    unit: 'fences',
    batch: 1,
    async *read(file) {
      for await (const { line, value } of readFeatures(file)) {
        const parsed = parseFence(value);
        if ('geometry' in parsed) yield { line, value: value as FenceInput };
        else yield { line, reason: parsed.problems.map(({ path, message }) => `${path}: ${message}`).join('; ') };
      }
    },
    send: (values) =>
      Promise.all(
        values.map(async (fence) => {
          const { status, body } =
            fence.id === undefined
              ? await api.send('POST', '/v1/fences', fence)
              : await api.send('PUT', `/v1/fences/${encodeURIComponent(fence.id)}`, { ...fence, id: String(fence.id) });
          return status < 300 ? null : (body.error?.message ?? `status ${status}`);
        }),
      ),
  };
}
