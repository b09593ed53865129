import { expect, test } from 'vitest';
import { Rerun } from '../../ingest/rerun.js';
import { BACKFILLED } from '../../model/position.js';
import type { RejectReason } from '../../model/reject.js';
import { jt808 } from '../../protocols/jt808/index.js';
import { makeIntake, NOW } from './support.js';

const PHONE = '13800138000';
const tools = jt808.tools!;

/** A frame as the quarantine keeps it: without delimiters. */
function kept(json: Record<string, unknown>): Buffer {
  const [frame] = tools.encode({ edition: '2013', phone: PHONE, seq: 1, ...json });
  return frame.subarray(1, -1);
}

const location = (seconds = 0) => ({
  msgId: '0x0200',
  lat: 31.5,
  lon: 120.3,
  time: new Date(NOW - 3_600_000 + seconds * 1000).toISOString(),
});

function setup() {
  const parts = makeIntake();
  const logged: { facts: Record<string, unknown>; message: string }[] = [];
  const rerun = new Rerun({
    ...parts,
    protocols: [jt808],
    clock: { now: () => NOW },
    log: (facts, message) => logged.push({ facts, message }),
  });
  let at = NOW - 3_600_000;
  const keep = (bytes: Buffer, reason: RejectReason = 'not-authenticated', peer: string | null = null) => {
    at += 1000;
    parts.quarantine.add({ at, reason, detail: '', source: 'jt808', peer, address: '192.0.2.1', bytes });
    return parts.quarantine.all().length;
  };
  /** Runs with a log that makes everything durable soon. */
  const run = async (wanted: Parameters<Rerun['run']>[0], apply: boolean) => {
    const results = rerun.run(wanted, apply, 'admin');
    setTimeout(() => parts.log.commit(), 5);
    return results;
  };
  return { ...parts, rerun, keep, run, logged };
}

test('entries of one cause are one group, however many terminals have it', () => {
  const { rerun, keep, registry } = setup();
  void registry.putTerminal({ protocol: 'jt808', number: PHONE, registered: true, manufacturer: 'YX', model: 'M1' });
  const wrong = kept(location());
  wrong[wrong.length - 1] ^= 1;
  keep(wrong, 'bad-checksum');
  keep(wrong, 'bad-checksum', PHONE);
  const other = kept({ ...location(), phone: '13900139000' });
  keep(other, 'bad-length');
  keep(Buffer.from('47455420', 'hex'), 'no-frame');
  expect(rerun.groups().map(({ key: _, ...group }) => group)).toEqual([
    {
      source: 'jt808',
      reason: 'bad-checksum',
      messageId: '0x0200',
      edition: '2013',
      lengthOff: 0,
      manufacturer: 'YX',
      model: 'M1',
      count: 2,
      terminals: 1,
      first: NOW - 3_599_000,
      last: NOW - 3_598_000,
      newest: 2,
    },
    expect.objectContaining({ reason: 'no-frame', messageId: null, edition: null, terminals: 0, newest: 4 }),
    expect.objectContaining({ reason: 'bad-length', model: null, terminals: 1 }),
  ]);
});

test('what decodes today is told, and put in only when asked for, once, as backfilled data', async () => {
  const { rerun, registry, keep, run, log, logged, intake } = setup();
  registry.ensureVehicleForTerminal('jt808', PHONE);
  keep(kept(location(1)));
  keep(kept(location(2)));
  const [{ key }] = rerun.groups();
  const trial = await run({ group: key }, false);
  expect(trial.map(({ number, outcome, fixes, vehicleId }) => [number, outcome, fixes, vehicleId])).toEqual([
    [1, 'decodes', 1, PHONE],
    [2, 'decodes', 1, PHONE],
  ]);
  expect([log.fixes.length, logged.length, intake.counts().received]).toEqual([0, 0, 0]);

  const applied = await run({ group: key }, true);
  expect(applied.map(({ outcome }) => outcome)).toEqual(['applied', 'applied']);
  expect(
    log.fixes.map(({ fixTime, receivedTime, flags, vehicleNo }) => [
      fixTime,
      receivedTime,
      (flags & BACKFILLED) !== 0,
      vehicleNo,
    ]),
  ).toEqual([
    [NOW - 3_599_000, NOW, true, 1],
    [NOW - 3_598_000, NOW, true, 1],
  ]);
  expect(intake.counts()).toMatchObject({ received: 2, accepted: 2 });
  expect(logged).toEqual([
    {
      facts: { by: 'admin', numbers: [1, 2], vehicles: [PHONE], fixes: 2 },
      message: 'quarantine: 2 fixes of 2 frames put in late',
    },
  ]);
  expect((await run({ numbers: [2] }, true)).map(({ outcome }) => outcome)).toEqual(['applied-before']);
  expect(log.fixes).toHaveLength(2);
});

test('everything else says why not', async () => {
  const { keep, run, registry, log, quarantine } = setup();
  keep(kept({ ...location(), phone: '13900139000' })); // 1: nobody knows the terminal
  registry.ensureVehicleForTerminal('jt808', PHONE);
  const wrong = kept(location());
  wrong[wrong.length - 1] ^= 1;
  keep(wrong, 'bad-checksum'); // 2
  keep(kept({ ...location(), time: '2009-01-01T00:00:00Z' }), 'bad-time', PHONE); // 3
  keep(kept({ msgId: '0x0704', bodyHex: '00', packageTotal: 3, packageIndex: 2 }), 'package-timeout'); // 4
  quarantine.add({
    at: NOW,
    reason: 'bad-item',
    detail: '',
    source: 'http',
    peer: 'taxi-1',
    address: null,
    bytes: Buffer.from('{}'),
  }); // 5
  keep(Buffer.alloc(20_000, 0x41), 'frame-too-long'); // 6
  keep(kept({ msgId: '0x0002' })); // 7
  const results = await run({ numbers: [1, 2, 3, 4, 5, 6, 7, 99] }, true);
  expect(results.map(({ number, outcome, before, reason }) => [number, outcome, before, reason])).toEqual([
    [1, 'unknown-terminal', 'not-authenticated', null],
    [2, 'rejected', 'bad-checksum', 'bad-checksum'],
    [3, 'rejected', 'bad-time', 'bad-time'],
    [4, 'part', 'package-timeout', null],
    [5, 'no-frame', 'bad-item', null],
    [6, 'cut-off', 'frame-too-long', null],
    [7, 'decodes', 'not-authenticated', null],
  ]);
  expect([log.fixes.length, quarantine.size]).toEqual([0, 7]);
});

test('nothing is put in while the log takes nothing', async () => {
  const { keep, rerun, registry, log } = setup();
  registry.ensureVehicleForTerminal('jt808', PHONE);
  keep(kept(location()));
  log.accepting = false;
  expect((await rerun.run({ numbers: [1] }, true, 'admin')).map(({ outcome }) => outcome)).toEqual(['full']);
});
