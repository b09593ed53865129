import { z } from 'zod';
import type { Catalog } from '../../model/catalog.js';
import { jsonNumber } from '../../model/position.js';
import { msToBeijing, msToRfc3339 } from '../../model/units.js';
import type { Passage } from '../../tracks/passages.js';
import type { Column } from '../output/table.js';

const time = z.iso.datetime({ offset: true });
const place = z.object({ lon: z.number(), lat: z.number() });

export const passageSchema = z
  .object({
    vehicleId: z.string(),
    plate: z.string().nullable(),
    enteredAt: time,
    exitedAt: time,
    entry: place,
    exit: place,
    entrySeen: z.boolean().describe('false: it was first seen when it was inside already'),
    exitSeen: z.boolean().describe('false: it was last seen inside'),
    fixes: z.int().describe('fixes inside; 0 where it went through between two fixes'),
  })
  .meta({ id: 'Passage' });

type PassageJson = z.output<typeof passageSchema>;

export function passageJson(catalog: Catalog, vehicleNo: number, passage: Passage): PassageJson {
  const vehicle = catalog.vehicles.get(vehicleNo);
  const place = ({ lon, lat }: Passage['entry']) => ({ lon: jsonNumber(lon, 7)!, lat: jsonNumber(lat, 7)! });
  return {
    vehicleId: vehicle?.id ?? `#${vehicleNo}`, // it was taken out of the registry; its tracks stay
    plate: vehicle?.plate ?? null,
    enteredAt: msToRfc3339(passage.entered)!,
    exitedAt: msToRfc3339(passage.left)!,
    entry: place(passage.entry),
    exit: place(passage.exit),
    entrySeen: passage.sawEntry,
    exitSeen: passage.sawExit,
    fixes: passage.fixes,
  };
}

export const PASSAGE_COLUMNS: readonly Column<PassageJson>[] = [
  { name: 'vehicle_id', type: 'STRING', value: (p) => p.vehicleId },
  { name: 'plate', type: 'STRING', value: (p) => p.plate },
  { name: 'entered_utc', type: 'TIMESTAMP', value: (p) => new Date(p.enteredAt) },
  { name: 'exited_utc', type: 'TIMESTAMP', value: (p) => new Date(p.exitedAt) },
  { name: 'entered_cst', type: 'STRING', value: (p) => msToBeijing(Date.parse(p.enteredAt)) },
  { name: 'exited_cst', type: 'STRING', value: (p) => msToBeijing(Date.parse(p.exitedAt)) },
  { name: 'entry_lon', type: 'DOUBLE', value: (p) => p.entry.lon },
  { name: 'entry_lat', type: 'DOUBLE', value: (p) => p.entry.lat },
  { name: 'exit_lon', type: 'DOUBLE', value: (p) => p.exit.lon },
  { name: 'exit_lat', type: 'DOUBLE', value: (p) => p.exit.lat },
  { name: 'entry_seen', type: 'BOOLEAN', value: (p) => p.entrySeen },
  { name: 'exit_seen', type: 'BOOLEAN', value: (p) => p.exitSeen },
  { name: 'fixes', type: 'INT32', value: (p) => p.fixes },
];
