import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { msToBeijing } from '../../model/units.js';
import { decodeFrame, encodeJson } from '../../protocols/jt905/decode.js';
import { jt905 } from '../../protocols/jt905/index.js';
import { waitFor } from '../support/wait-for.js';
import { gatedDisk, tcpServer } from './tcp-support.js';

const ISU = '101200004321';
const position = (ms: number) => ({ lat: 31.2304, lon: 121.4737, speedKmh: 40, time: msToBeijing(ms) });
const crew = { company: '4305', driverCert: 'D-77', plate: 'E339KK', powerOn: '2025-06-01T08:00+08:00' };

test('a taxi: known by its ISU id alone, it signs in, drives, and hands in a trip', async () => {
  const s = await tcpServer({ protocol: jt905, auth: 'off' });
  const peer = await s.peer();
  let sn = 0;
  const say = async (msgId: string, fields: object) => {
    const [reply] = await peer.ask(encodeJson({ msgId, isu: ISU, sn: ++sn, ...fields }));
    const decoded = decodeFrame(Buffer.from(reply ?? '', 'hex'));
    if (!decoded.ok) throw new Error(decoded.error.message);
    const { replySn, replyId, result } = decoded;
    return [replySn, replyId, result];
  };
  const now = Math.floor(Date.now() / 1000) * 1000;
  expect(await say('0x0B03', { position: position(now - 9000), ...crew })).toEqual([1, '0x0B03', 0]);
  // Without an alarm a position wants no answer; the heartbeat behind it shows that it was read.
  peer.send(encodeJson({ msgId: '0x0200', isu: ISU, sn: ++sn, position: position(now - 8000) }));
  expect(await say('0x0002', {})).toEqual([3, '0x0002', 0]);
  const ends = { emptyToLoaded: position(now - 7000), loadedToEmpty: position(now - 1000) };
  const trip = { ...ends, operationId: 5, ratingId: 1, rating: 2, ratingExt: 0, callOrderId: 0, meterRaw: '' };
  expect(await say('0x0B05', trip)).toEqual([4, '0x0B05', 0]);

  const vehicle = s.catalog.vehicleByTerminal('jt905', ISU);
  expect(vehicle).toMatchObject({ id: ISU });
  expect(s.logged().map(({ fixTime, source }) => [now - fixTime, source])).toEqual(
    [9000, 8000, 7000, 1000].map((ago) => [ago, 3]),
  );
});

test('one that the registry does not know is refused where registration is required', async () => {
  const s = await tcpServer({ protocol: jt905, auth: 'off', registrationRequired: true });
  const peer = await s.peer();
  await peer.ask(encodeJson({ msgId: '0x0203', isu: ISU, sn: 1, positions: [position(Date.now())] }));
  expect(s.intake.counts()).toMatchObject({ received: 1, rejected: { 'unknown-terminal': 1 } });
});

test('its heartbeats are answered while the log is full, before what waits for room', async () => {
  const disk = gatedDisk();
  const s = await tcpServer({ protocol: jt905, auth: 'off', spool: { files: disk.files, maxPendingFixes: 1 } });
  const peer = await s.peer();
  const backfill = (sn: number) =>
    encodeJson({ msgId: '0x0203', isu: ISU, sn, positions: [position(Date.now() - 60_000 + sn * 1000)] });
  await peer.ask(encodeJson({ msgId: '0x0002', isu: ISU, sn: 1 }));
  disk.shut();
  peer.send(backfill(2));
  await waitFor(
    'the log to be full',
    () => s.intake.full,
    (full) => full,
  );
  const replyTo = async () => {
    const decoded = decodeFrame(Buffer.from((await peer.next()) ?? '', 'hex'));
    return decoded.ok ? decoded.replySn : decoded.error;
  };
  peer.send(backfill(3), encodeJson({ msgId: '0x0002', isu: ISU, sn: 4 }));
  expect(await replyTo()).toBe(4);
  disk.open();
  expect([await replyTo(), await replyTo()]).toEqual([2, 3]);
});

test('a trip is acknowledged when its report and both its fixes are durable, also where the log fills between them', async () => {
  const disk = gatedDisk();
  const s = await tcpServer({ protocol: jt905, auth: 'off', spool: { files: disk.files, maxPendingFixes: 1 } });
  const peer = await s.peer();
  const before = Date.now() - 60_000;
  await peer.ask(encodeJson({ msgId: '0x0203', isu: ISU, sn: 1, positions: [position(before)] }));
  disk.shut();
  const ends = { emptyToLoaded: position(before + 1000), loadedToEmpty: position(before + 9000) };
  const facts = { operationId: 5, ratingId: 1, rating: 2, ratingExt: 0, callOrderId: 0, meterRaw: '' };
  peer.send(encodeJson({ msgId: '0x0B05', isu: ISU, sn: 2, ...ends, ...facts }));
  await waitFor(
    'the trip to be read',
    () => s.intake.taken,
    (taken) => taken === 3,
  );
  // The first of the two fixes and the report come to the disk; the second waits for the next flush, which stands still.
  disk.open();
  disk.shut();
  await waitFor(
    'the first fix',
    () => s.intake.durable,
    (durable) => durable === 2,
  );
  expect(await Promise.race([peer.next(), pause(100, 'nothing yet')])).toBe('nothing yet');
  disk.open();
  await waitFor(
    'the second fix',
    () => s.intake.durable,
    (durable) => durable === 3,
  );
  expect(s.logged()).toHaveLength(3);
});
