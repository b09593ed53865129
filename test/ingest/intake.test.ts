import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeLog, fix, LIVE, makeIntake, NOW, SOMEBODY, sumsUp } from './support.js';

const at = (seconds: number) => fix({ fixTime: NOW + seconds * 1000, receivedTime: NOW + seconds * 1000 });

test('a fix is pending until the log has it, then accepted', () => {
  const { intake, log } = makeIntake();
  expect(intake.accept(at(0), SOMEBODY)).toBeNull();
  expect(intake.counts()).toEqual({ received: 1, accepted: 0, pending: 1, rejected: {}, bySource: { jt808: 1 } });
  log.commit();
  expect(intake.counts()).toEqual({ received: 1, accepted: 1, pending: 0, rejected: {}, bySource: { jt808: 1 } });
});

test('fixes that the log had before this start are not counted', () => {
  const log = new FakeLog();
  log.addFix(at(0));
  log.addFix(at(1));
  log.commit();
  const { intake } = makeIntake(LIVE, log);
  intake.accept(at(2), SOMEBODY);
  log.commit();
  expect(intake.counts()).toMatchObject({ received: 1, accepted: 1, pending: 0 });
});

test('a refused fix is counted by its reason and kept with its bytes', () => {
  const { intake, quarantine, log } = makeIntake();
  expect(intake.accept(fix({ lat: 91 }), SOMEBODY)).toBe('bad-place');
  expect(log.fixes).toEqual([]);
  expect(intake.counts().rejected).toEqual({ 'bad-place': 1 });
  expect(quarantine.list(9)).toEqual([
    {
      number: 1,
      at: NOW,
      reason: 'bad-place',
      detail: '2026-03-01T04:00:00.000Z, longitude 120.3, latitude 91',
      source: 'jt808',
      peer: '13800000001',
      address: '192.0.2.1',
      bytes: Buffer.from('0200', 'hex'),
      length: 2,
    },
  ]);
});

test('each is judged against the fix before it, durable or not', () => {
  const { intake, log } = makeIntake();
  intake.accept(at(0), SOMEBODY);
  intake.accept(at(0), SOMEBODY);
  expect(log.fixes.map((p) => p.quality)).toEqual([0, 1 << 6]);
});

test('a full log costs nothing: what is in hand waits in order, and goes in when there is room', async () => {
  const { intake, log } = makeIntake();
  const calls: string[] = [];
  intake.onRoom(() => calls.push('room'));
  intake.accept(at(0), SOMEBODY);
  log.accepting = false;
  const borrowed = Buffer.from('0104000000ff', 'hex');
  intake.accept(Object.assign(at(1), { items: borrowed }), SOMEBODY);
  borrowed.fill(0); // the sender's buffer is used again
  intake.accept(at(2), SOMEBODY);
  expect(intake.full).toBe(true);
  let done = false;
  const durable = intake.whenDurable().then(() => {
    done = true;
  });
  log.commit();
  expect(intake.counts()).toMatchObject({ received: 3, accepted: 1, pending: 2 });
  await Promise.resolve();
  expect(done).toBe(false);
  log.drain();
  expect(calls).toEqual(['room']);
  expect(intake.full).toBe(false);
  log.commit();
  await durable;
  expect(log.fixes.map((p) => p.fixTime - NOW)).toEqual([0, 1000, 2000]);
  expect(Buffer.from(log.fixes[1].items ?? []).toString('hex')).toBe('0104000000ff');
  expect(intake.counts()).toMatchObject({ received: 3, accepted: 3, pending: 0 });
});

test('frames go with their fixes where they are kept, also past a full log, and nowhere else', () => {
  const { intake, log } = makeIntake(LIVE, undefined, true);
  const borrowed = Buffer.from('7e02007e', 'hex');
  const origin = { ...SOMEBODY, bytes: borrowed };
  log.accepting = false;
  intake.accept(at(0), origin);
  borrowed.fill(0); // the connection's buffer is used again
  log.drain();
  expect(log.fixes.map(({ raw }) => raw && Buffer.from(raw).toString('hex'))).toEqual(['7e02007e']);

  const off = makeIntake();
  off.intake.accept(at(0), SOMEBODY);
  expect(off.log.fixes.map(({ raw }) => raw)).toEqual([null]);
});

test('who goes on although there is no room is told so in the end, and nothing is counted that was not taken', () => {
  const { intake, log } = makeIntake();
  log.accepting = false;
  for (let i = 0; i < 50_000; i++) expect(intake.accept(at(i), SOMEBODY)).toBeNull();
  expect(intake.accept(at(50_000), SOMEBODY)).toBe('full');
  expect(intake.counts()).toMatchObject({ received: 50_000, pending: 50_000 });
});

test('whenDurable is at once where nothing is pending', async () => {
  const { intake } = makeIntake();
  await intake.whenDurable();
});

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('fix'), lat: fc.constantFrom(31.5, 31.6, 95), s: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('no-time'), lat: fc.constant(0), s: fc.constant(0) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('commit'), lat: fc.constant(0), s: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('full'), lat: fc.constant(0), s: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('drain'), lat: fc.constant(0), s: fc.constant(0) }) },
);

test('received = accepted + pending + rejected after every step, and nothing taken is lost or out of turn', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { intake, log } = makeIntake();
      let taken = 0;
      for (const { op, lat, s } of steps) {
        if (op === 'commit') log.commit();
        else if (op === 'full') log.accepting = false;
        else if (op === 'drain') log.drain();
        else {
          const p = op === 'no-time' ? fix({ fixTime: NaN }) : fix({ lat, fixTime: NOW + s * 1000 });
          p.mileageKm = taken; // to know it again
          if (intake.accept(p, SOMEBODY) === null) taken++;
        }
        expect(sumsUp(intake)).toBe(true);
        expect(intake.taken).toBe(taken);
      }
      log.drain();
      log.commit();
      expect(log.fixes.map((p) => p.mileageKm)).toEqual(Array.from({ length: taken }, (_, i) => i));
      expect(intake.counts()).toMatchObject({ accepted: taken, pending: 0 });
      expect(sumsUp(intake)).toBe(true);
    }),
    { seed: 200, numRuns: 200 },
  );
});
