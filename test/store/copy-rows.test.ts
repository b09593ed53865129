import fc from 'fast-check';
import type { Client } from 'pg';
import { expect, test } from 'vitest';
import { KIND_FIXES, readBlock, sealBlock } from '../../model/block.js';
import { FixBatch, FixBatchBuilder } from '../../model/fix-batch.js';
import { Position } from '../../model/position.js';
import { CopyRows, POSITION_COLUMNS } from '../../store/copy-rows.js';
import { loadMigrations, migrate } from '../../store/migrate.js';
import { copyPositions } from '../../store/put-positions.js';
import { TILE_ZOOM, tileOf } from '../../store/tile.js';
import { connected, onEveryServer } from '../support/postgres.js';

const U32 = 0xffffffff;

/** A fix as the block gives it back: rounded to the steps that the block keeps. */
function throughBatch(p: Position): Position {
  const builder = new FixBatchBuilder(1, 1 << 17);
  expect(builder.add(p)).toBe(true);
  const block = readBlock(
    sealBlock(builder.take(), { kind: KIND_FIXES, firstSeq: 1, count: 1, fixesBefore: 0, closedAt: 0 }),
    0,
  );
  if (typeof block === 'string') throw new Error(block);
  return new FixBatch(block).read(0, new Position());
}

const unknown = (arbitrary: fc.Arbitrary<number>) => fc.oneof({ weight: 4, arbitrary }, fc.constant(NaN));
const somePosition: fc.Arbitrary<Position> = fc
  .record({
    lon: unknown(fc.double({ min: -180, max: 180, noNaN: true })),
    lat: unknown(fc.double({ min: -90, max: 90, noNaN: true })),
    altitudeM: unknown(fc.integer({ min: -32767, max: 32767 })),
    speedKmh: unknown(fc.double({ min: 0, max: 6553.4, noNaN: true })),
    headingDeg: unknown(fc.integer({ min: 0, max: 65534 })),
    mileageKm: unknown(fc.double({ min: 0, max: 429496729, noNaN: true })),
    fixTime: fc.integer({ min: Date.UTC(2010, 0, 1), max: Date.UTC(2038, 11, 31) }),
    receivedTime: fc.integer({ min: Date.UTC(2010, 0, 1), max: Date.UTC(2039, 0, 1) }),
    flags: fc.nat(255),
    alarms: fc.nat(U32),
    alarmWord: fc.nat(U32),
    statusWord: fc.nat(U32),
    items: fc.option(fc.uint8Array({ minLength: 1, maxLength: 300 })),
    vehicleNo: fc.integer({ min: 1, max: 0x7fffffff }),
    source: fc.nat(255),
    quality: fc.nat(65535),
    subSeq: fc.nat(65535),
  })
  .map((fields) => throughBatch(Object.assign(new Position(), fields)));

const edge = (fields: Partial<Position>) =>
  throughBatch(
    Object.assign(new Position(), { fixTime: Date.UTC(2024, 1, 29), receivedTime: 0, vehicleNo: 1 }, fields),
  );
const EDGES = [
  edge({ vehicleNo: 1, receivedTime: Date.UTC(2024, 1, 29) }),
  edge({ vehicleNo: 2, fixTime: Date.UTC(2010, 0, 1), receivedTime: Date.UTC(2000, 0, 1) }),
  edge({ vehicleNo: 3, fixTime: Date.UTC(2038, 0, 19, 3, 14, 8), receivedTime: Date.UTC(2038, 0, 19, 3, 14, 8, 999) }),
  edge({ vehicleNo: 4, fixTime: Date.UTC(2099, 11, 31, 23, 59, 59, 999), receivedTime: Date.UTC(2024, 0, 1) }),
  edge({
    vehicleNo: 0x7fffffff,
    receivedTime: Date.UTC(2024, 0, 1),
    lon: -180,
    lat: 90,
    alarms: U32,
    alarmWord: U32,
    statusWord: 0x80000000,
    quality: 65535,
    subSeq: 65535,
    source: 255,
    flags: 255,
    altitudeM: -32767,
    headingDeg: 65534,
    items: new Uint8Array(65535).fill(0xff),
  }),
];

/** Everything as text of the database, so that no conversion of ours hides a fault of ours. */
async function readBack(db: Client): Promise<Record<string, string | null>[]> {
  const columns = POSITION_COLUMNS.map((column) =>
    column === 'time' || column === 'received_at'
      ? `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ${column}`
      : column === 'items' || column === 'raw'
        ? `encode(${column}, 'hex') as ${column}`
        : `${column}::text`,
  );
  return (await db.query(`select ${columns.join(', ')} from positions`)).rows;
}

function asText(p: Position): Record<string, string | null> {
  const number = (value: number) => (Number.isNaN(value) ? null : String(value));
  return {
    time: new Date(p.fixTime).toISOString(),
    received_at: new Date(p.receivedTime).toISOString(),
    lon: number(p.lon),
    lat: number(p.lat),
    mileage: number(p.mileageKm),
    vehicle_no: String(p.vehicleNo),
    sub_seq: String(p.subSeq),
    alarms: String(p.alarms | 0),
    alarm_word: String(p.alarmWord | 0),
    status_word: String(p.statusWord | 0),
    tile: number(tileOf(p.lon, p.lat)),
    heading: number(p.headingDeg),
    speed: number(p.speedKmh),
    altitude: number(p.altitudeM),
    quality: String((p.quality << 16) >> 16),
    source: String(p.source),
    flags: String(p.flags),
    items: p.items === null ? null : Buffer.from(p.items).toString('hex'),
    raw: rawOf(p)?.toString('hex') ?? null,
  };
}

/** The frame that a test gives to every second vehicle. */
function rawOf({ vehicleNo, items }: Position): Buffer | null {
  return vehicleNo % 2 === 0 ? Buffer.from([0x7e, ...(items ?? []), 0x7e]) : null;
}

const byVehicle = (a: Record<string, string | null>, b: Record<string, string | null>) =>
  Number(a.vehicle_no) - Number(b.vehicle_no) || String(a.time).localeCompare(String(b.time));

onEveryServer('copy-rows', (server) => {
  test('every column comes back as it was sent, known or not, at its extremes, from 2010 to 2038', async () => {
    const url = await server.fresh();
    const random = fc.sample(somePosition, { numRuns: 60, seed: 808 });
    const positions = [...EDGES, ...new Map(random.map((p) => [p.vehicleNo, p])).values()];
    const rows = new CopyRows();
    const got = await connected(url, async (db) => {
      await migrate(db, await loadMigrations());
      const { rows: kind } = await db.query("select relkind from pg_class where oid = 'positions'::regclass");
      for (const p of positions) {
        rows.add(p, rawOf(p));
        if (kind[0].relkind === 'p') await db.query('select ensure_positions_day($1)', [new Date(p.fixTime)]);
      }
      await copyPositions(db, rows);
      return readBack(db);
    });
    expect(got.sort(byVehicle)).toEqual(positions.map(asText).sort(byVehicle));
  });
});

test('the buffer grows with the rows, and is empty again after clear', () => {
  const rows = new CopyRows();
  const p = EDGES[EDGES.length - 1];
  for (let i = 0; i < 40; i++) rows.add(p);
  const long = Buffer.from(rows.bytes());
  expect(long.length).toBeGreaterThan(40 * 65535);
  rows.clear();
  expect(rows.count).toBe(0);
  for (let i = 0; i < 40; i++) rows.add(p);
  expect(rows.bytes().equals(long)).toBe(true);
});

test('a time that is none, or that the table does not take, is sent as -infinity', () => {
  const timeBytes = (fixTime: number) => {
    const rows = new CopyRows();
    rows.add(Object.assign(new Position(), { fixTime, receivedTime: 0 }));
    return rows.bytes().toString('hex', 19 + 2 + 4, 19 + 2 + 4 + 8);
  };
  expect(timeBytes(Date.UTC(2000, 0, 1))).toBe('0000000000000000');
  for (const time of [NaN, Infinity, Date.UTC(1999, 11, 31, 23, 59, 59, 999), Date.UTC(2100, 0, 1)]) {
    expect(timeBytes(time)).toBe('8000000000000000');
  }
});

test('tile numbers are quadkeys: their bits, two by two, are the digits', () => {
  const quadkey = (lon: number, lat: number) => tileOf(lon, lat).toString(4).padStart(TILE_ZOOM, '0');
  // Wuxi, 31.57° N 120.30° E: x = floor((120.30 + 180) / 360 × 2^15), y by the Web Mercator formula (OSM wiki, Slippy map tilenames).
  const x = Math.floor(((120.3 + 180) / 360) * 2 ** TILE_ZOOM);
  const rad = (31.57 * Math.PI) / 180;
  const y = Math.floor(((1 - Math.asinh(Math.tan(rad)) / Math.PI) / 2) * 2 ** TILE_ZOOM);
  let expected = '';
  for (let bit = TILE_ZOOM - 1; bit >= 0; bit--) expected += ((y >> bit) & 1) * 2 + ((x >> bit) & 1);
  expect(quadkey(120.3, 31.57)).toBe(expected);
  expect(quadkey(-180, 90)).toBe('0'.repeat(TILE_ZOOM));
  expect(quadkey(180, -90)).toBe('3'.repeat(TILE_ZOOM));
  expect(tileOf(NaN, 31)).toBeNaN();
  expect(tileOf(120, NaN)).toBeNaN();
});
