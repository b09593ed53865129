import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KIND_FIXES, readBlock, sealBlock } from '../../model/block.js';
import { FixBatch, FixBatchBuilder } from '../../model/fix-batch.js';
import { Position } from '../../model/position.js';

const u16 = fc.nat(0xfffe);
const u32 = fc.nat({ max: 0xffffffff });
const maybe = <T>(arb: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary: arb }, { weight: 1, arbitrary: fc.constant(NaN) });

/** Fixes whose values are already of the resolution that a batch keeps, so that equality is exact. */
const fixes: fc.Arbitrary<Position> = fc
  .record({
    lon: maybe(fc.integer({ min: -1_800_000_000, max: 1_800_000_000 }).map((n) => n / 1e7)),
    lat: maybe(fc.integer({ min: -900_000_000, max: 900_000_000 }).map((n) => n / 1e7)),
    altitudeM: maybe(fc.integer({ min: -0x7fff, max: 0x7fff })),
    speedKmh: maybe(u16.map((n) => n / 10)),
    headingDeg: maybe(fc.nat(359)),
    mileageKm: maybe(fc.nat(0xfffffffe).map((n) => n / 10)),
    fixTime: maybe(fc.integer({ min: 0, max: 4_102_444_800_000 })),
    receivedTime: fc.integer({ min: 0, max: 4_102_444_800_000 }),
    flags: fc.nat(63),
    alarms: u32,
    alarmWord: u32,
    statusWord: u32,
    vehicleNo: u32,
    source: fc.nat(255),
    quality: u16,
    subSeq: u16,
    items: fc.option(fc.uint8Array({ minLength: 1, maxLength: 300 })),
  })
  .map((fields) => Object.assign(new Position(), fields));

function seal(builder: FixBatchBuilder, count: number): Buffer {
  return sealBlock(builder.take(), { kind: KIND_FIXES, firstSeq: 7, count, fixesBefore: 3, closedAt: 1234.5 });
}

test('what is read from a batch is what was put in, field by field, also at odd places in a file', () => {
  fc.assert(
    fc.property(fc.array(fixes, { maxLength: 40 }), fc.nat(17), (list, shift) => {
      const builder = new FixBatchBuilder(64);
      for (const p of list) expect(builder.add(p)).toBe(true);
      const sealed = seal(builder, list.length);
      const file = Buffer.concat([Buffer.alloc(shift), sealed, Buffer.from('next')]);
      const block = readBlock(file, shift);
      if (typeof block === 'string') throw new Error(block);
      expect(block).toMatchObject({
        kind: KIND_FIXES,
        firstSeq: 7,
        count: list.length,
        fixesBefore: 3,
        closedAt: 1234.5,
      });
      const back = [...new FixBatch(block)].map((p) => ({ ...p, items: p.items && [...p.items] }));
      const given = list.map((p, i) => ({ ...p, seq: 7 + i, items: p.items && [...p.items] }));
      expect(back).toEqual(given);
      expect(builder.count).toBe(0);
    }),
    { seed: 808, numRuns: 200 },
  );
});

test('one position serves for a whole batch: nothing of the fix before it is left', () => {
  const builder = new FixBatchBuilder(2);
  builder.add(Object.assign(new Position(), { lon: 120, vehicleNo: 1, receivedTime: 5 }));
  const block = readBlock(seal(builder, 1), 0);
  if (typeof block === 'string') throw new Error(block);
  const used = Object.assign(new Position(), {
    lat: 1,
    items: new Uint8Array(3),
    raw: new Uint8Array(3),
    fenceNos: [1],
  });
  expect(new FixBatch(block).read(0, used)).toEqual({
    ...new Position(),
    lon: 120,
    vehicleNo: 1,
    receivedTime: 5,
    seq: 7,
  });
});

test('values outside what a column can hold become the nearest that it can, never another value', () => {
  const builder = new FixBatchBuilder(2);
  const p = Object.assign(new Position(), { speedKmh: 1e9, altitudeM: -1e9, mileageKm: -5, lon: 180, lat: -90 });
  builder.add(p);
  const block = readBlock(seal(builder, 1), 0);
  if (typeof block === 'string') throw new Error(block);
  const back = new FixBatch(block).read(0, new Position());
  expect(back).toMatchObject({ speedKmh: 6553.4, altitudeM: -32767, mileageKm: 0, lon: 180, lat: -90 });
});

test('a full builder takes nothing and loses nothing', () => {
  const byCount = new FixBatchBuilder(2);
  expect([1, 2, 3].map(() => byCount.add(new Position()))).toEqual([true, true, false]);
  expect(byCount.count).toBe(2);
  const bySide = new FixBatchBuilder(10, 100);
  const withItems = Object.assign(new Position(), { items: new Uint8Array(60) });
  expect([bySide.add(withItems), bySide.add(withItems), bySide.add(new Position())]).toEqual([true, false, true]);
});

test('any flipped bit and any cut is found', () => {
  const builder = new FixBatchBuilder(8);
  for (let i = 0; i < 5; i++) builder.add(Object.assign(new Position(), { vehicleNo: i, lon: 120 + i }));
  const sealed = seal(builder, 5);
  for (let length = 0; length < sealed.length; length++) expect(readBlock(sealed.subarray(0, length), 0)).toBe('short');
  fc.assert(
    fc.property(fc.nat(sealed.length * 8 - 1), (bit) => {
      const broken = Buffer.from(sealed);
      broken[bit >> 3] ^= 1 << (bit & 7);
      // A flipped length may ask for more bytes than there are; everything else is plainly bad.
      expect(['bad', 'short']).toContain(readBlock(broken, 0));
    }),
    { seed: 1, numRuns: 2000 },
  );
});

test('frames come back beside their fixes, in blocks of any mixture, and one that brought many fixes is there once', () => {
  const raws = fc.option(fc.constantFrom('7e01', '7e0203', '7e040506').map((hex) => Buffer.from(hex, 'hex')));
  fc.assert(
    fc.property(fc.array(fc.tuple(fixes, raws), { maxLength: 40 }), (list) => {
      const builder = new FixBatchBuilder(64);
      const borrowed = Buffer.alloc(8); // as a connection's: the next frame is written over this one
      for (const [p, raw] of list) {
        p.raw = raw && borrowed.subarray(0, raw.copy(borrowed));
        expect(builder.add(p)).toBe(true);
      }
      const block = readBlock(seal(builder, list.length), 0);
      if (typeof block === 'string') throw new Error(block);
      const batch = new FixBatch(block);
      const hex = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString('hex');
      expect(list.map((_, i) => hex(batch.raw(i)))).toEqual(list.map(([, raw]) => hex(raw)));
      expect(list.map((_, i) => hex(batch.items(i)))).toEqual(list.map(([p]) => hex(p.items)));
      expect([...batch].every(({ raw }) => raw === null)).toBe(true);
    }),
    { seed: 808, numRuns: 200 },
  );

  const size = (count: number) => {
    const builder = new FixBatchBuilder();
    for (let i = 0; i < count; i++) builder.add(Object.assign(new Position(), { raw: Buffer.alloc(1000, 0x30) }));
    return seal(builder, count).length;
  };
  expect(size(30) - size(1)).toBeLessThan(30 * 100);
});

test('a batch that has no room for a frame takes the fix no more than without it', () => {
  const builder = new FixBatchBuilder(8, 64);
  const fix = (bytes: number) => Object.assign(new Position(), { raw: Buffer.alloc(bytes, bytes) });
  expect([30, 15, 14].map((bytes) => builder.add(fix(bytes)))).toEqual([true, true, false]);
  expect(builder.count).toBe(2);
  expect(new FixBatchBuilder(1).add(fix(65_536))).toBe(true); // too long to be kept
});
