import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../cli/support/random.js';
import { tempDir } from '../support/temp-dir.js';
import { deliveriesOf, FakeCarrier, feedOf, ids, OUTAGE, REFUSED, receiver, step, steps } from './support.js';

const QUICK = { timeout: 10_000, interval: 5 };

describe('in order, each once', () => {
  test.each([
    { window: 1, inMemory: 50_000 },
    { window: 1, inMemory: 10 },
    { window: 16, inMemory: 10 },
  ])('from files and memory, $window at a time, then as they come', async ({ window, inMemory }) => {
    const { feed } = await feedOf(60, { inMemory });
    const carrier = new FakeCarrier(undefined, window);
    const follower = await (await deliveriesOf(feed)).add(receiver(carrier));
    await expect.poll(() => carrier.taken.length, QUICK).toBe(60);
    feed.push(steps(61, 70));
    await expect.poll(() => carrier.taken.length, QUICK).toBe(70);
    expect(carrier.taken).toEqual(ids(1, 70));
    expect(follower.state()).toMatchObject({ cursor: 'e1-70', behind: 0, circuit: 'closed', delivered: 70 });
  });

  test('only what is wanted; the place moves over the rest', async () => {
    const { feed } = await feedOf(35);
    const carrier = new FakeCarrier();
    const wants = (alert: { severity: string }) => alert.severity === 'critical';
    const follower = await (await deliveriesOf(feed)).add(receiver(carrier, { wants }));
    await expect.poll(() => follower.state().cursor, QUICK).toBe('e1-35');
    expect(carrier.taken).toEqual([10, 20, 30].map((n) => `alert_a${n}_1`));
  });

  test('an outage holds everything back, and nothing is put aside', async () => {
    const { feed } = await feedOf(20);
    let away = true;
    const carrier = new FakeCarrier((d) => (away && d.number > 5 ? OUTAGE : null));
    const follower = await (await deliveriesOf(feed)).add(receiver(carrier));
    await expect.poll(() => follower.state().circuit, QUICK).toBe('open');
    expect(follower.state()).toMatchObject({
      cursor: 'e1-5',
      behind: 15,
      lastFailure: { kind: 'outage', status: 503 },
    });
    // News does not wake it before its time.
    feed.push([step(21)]);
    expect(follower.state().nextTryAt).not.toBeNull();
    away = false;
    await expect.poll(() => carrier.taken.length, QUICK).toBe(21);
    expect(carrier.taken).toEqual(ids(1, 21));
    expect(follower.state()).toMatchObject({ circuit: 'closed', failures: 0, deadLetters: 0 });
  });

  test('what failed is tried again although the clock stands still, as it does for long after it was set back', async () => {
    const { feed } = await feedOf(3);
    let tries = 0;
    const carrier = new FakeCarrier(() => (++tries < 3 ? OUTAGE : null));
    await (await deliveriesOf(feed, undefined, () => 1_700_000_000_000)).add(receiver(carrier));
    await expect.poll(() => carrier.taken, QUICK).toEqual(ids(1, 3));
  });

  test('whatever fails and whenever it is killed: all arrive, in order, and doubles have the same id', async () => {
    const random = randomFrom(7);
    const { feed } = await feedOf(0);
    const dir = await tempDir();
    const arrived: string[] = [];
    let next = 1;
    for (let life = 0; life < 8; life++) {
      const carrier = new FakeCarrier(
        async (d) => {
          await pause(random() * 2);
          if (random() < 0.2) return OUTAGE;
          arrived.push(d.id);
          return random() < 0.1 ? OUTAGE : null; // taken, but the answer was lost
        },
        1 + (life % 3) * 4,
      );
      const deliveries = await deliveriesOf(feed, dir);
      await deliveries.add(receiver(carrier));
      feed.push(steps(next, next + 29));
      next += 30;
      await pause(30 + random() * 60);
      await deliveries.stop();
    }
    const last = new FakeCarrier((d) => {
      arrived.push(d.id);
      return null;
    });
    await (await deliveriesOf(feed, dir)).add(receiver(last));
    await expect.poll(() => arrived.at(-1), QUICK).toBe(ids(next - 1, next - 1)[0]);
    expect([...new Set(arrived)]).toEqual(ids(1, next - 1));
    expect(arrived.length).toBeGreaterThan(next - 1);
  });
});

describe('messages that are refused', () => {
  test('alone: put aside after five tries, the others go on; sent again they come out of the list', async () => {
    const { feed } = await feedOf(0);
    let mended = false;
    const carrier = new FakeCarrier((d) => (d.id === 'alert_a3_1' && !mended ? REFUSED : null));
    const dir = await tempDir();
    const deliveries = await deliveriesOf(feed, dir);
    const follower = await deliveries.add(receiver(carrier));
    feed.push(steps(1, 6));
    await expect.poll(() => carrier.taken.length, QUICK).toBe(5);
    expect(carrier.taken).toEqual([...ids(1, 2), ...ids(4, 6)]);
    expect(carrier.tried.filter((id) => id === 'alert_a3_1')).toHaveLength(5);
    expect(follower.deadLetters.letters).toMatchObject([
      { no: 1, id: 'alert_a3_1', attempts: 5, status: 422, detail: 'not like this' },
    ]);
    expect(JSON.parse(follower.deadLetters.letters[0].text)).toMatchObject({ type: 'alert', cursor: 'e1-3' });

    // Refused once more it stays, and holds nobody up.
    follower.replayLetters(follower.deadLetters.letters);
    feed.push([step(7)]);
    await expect.poll(() => carrier.taken.at(-1), QUICK).toBe('alert_a7_1');
    expect(follower.deadLetters.letters).toHaveLength(1);
    await deliveries.stop();

    // It outlives the process.
    mended = true;
    const again = await (await deliveriesOf(feed, dir)).add(receiver(carrier));
    again.replayLetters(again.deadLetters.letters);
    await expect.poll(() => carrier.taken.at(-1), QUICK).toBe('alert_a3_1');
    await expect.poll(() => again.deadLetters.letters, QUICK).toEqual([]);
    expect(again.state().cursor).toBe('e1-7');
  });

  test('while one is refused those behind it, which are taken all the same, are not sent with it again and again', async () => {
    const { feed } = await feedOf(12);
    const arrived: string[] = [];
    const carrier = new FakeCarrier(undefined, 64);
    // As a broker does: all are on their way at once, and each is answered for itself.
    carrier.carry = async (batch) => {
      const refused = batch.findIndex(({ number }) => number === 3);
      arrived.push(...batch.filter((_, i) => i !== refused).map(({ id }) => id));
      return refused < 0 ? { taken: batch.length, failure: null } : { taken: refused, failure: REFUSED };
    };
    const follower = await (await deliveriesOf(feed)).add(receiver(carrier));
    await expect.poll(() => follower.state().cursor, QUICK).toBe('e1-12');
    expect(follower.deadLetters.letters.map(({ id }) => id)).toEqual(ids(3, 3));
    expect([...new Set(arrived)]).toEqual([...ids(1, 2), ...ids(4, 12)]);
    expect(arrived.filter((id) => id === 'alert_a12_1')).toHaveLength(2);
  });

  test('tries are counted anew after a change, and after a replay: what was refused before was not asked of this one', async () => {
    const { feed } = await feedOf(3);
    const first = new FakeCarrier(() => REFUSED);
    const follower = await (await deliveriesOf(feed)).add(receiver(first));
    await expect.poll(() => first.tried.length, QUICK).toBe(4);
    let refusals = 3;
    const second = new FakeCarrier(() => (refusals-- > 0 ? REFUSED : null));
    follower.change({ carrier: second, wants: () => true, paused: false });
    await expect.poll(() => second.taken, QUICK).toEqual(ids(1, 3));
    expect(follower.deadLetters.letters).toEqual([]);
  });

  test('all of them: after three it is taken for an outage, and the rest waits', async () => {
    const { feed } = await feedOf(10);
    let mended = false;
    const carrier = new FakeCarrier(() => (mended ? null : REFUSED));
    const deliveries = await deliveriesOf(feed);
    const follower = await deliveries.add(receiver(carrier));
    await expect.poll(() => follower.state().circuit, QUICK).toBe('open');
    await expect.poll(() => carrier.tried.length, QUICK).toBeGreaterThan(25);
    expect(follower.deadLetters.letters.map(({ id }) => id)).toEqual(ids(1, 3));
    expect(deliveries.totals().webhook).toMatchObject({ dead: 3, letters: 3, open: 1, behind: 7 });
    mended = true;
    await expect.poll(() => carrier.taken, QUICK).toEqual(ids(4, 10));
  });

  test('more than can be kept: the oldest go, and are counted', async () => {
    const { feed } = await feedOf(0);
    const carrier = new FakeCarrier((d) => (d.number % 2 === 0 ? REFUSED : null));
    const deliveries = await deliveriesOf(feed);
    const follower = await deliveries.add(receiver(carrier));
    const { deadLetters } = follower;
    for (let i = 0; i < 510; i++)
      void deadLetters.add({ id: `x${i}`, at: 0, attempts: 1, status: 400, detail: '', text: '{}' });
    expect(deadLetters.letters).toHaveLength(500);
    expect(deadLetters.letters[0].id).toBe('x10');
    expect(deadLetters.lost).toBe(10);
  });
});

test('one that wants nothing more is left alone until the subscription is changed', async () => {
  const { feed } = await feedOf(3);
  const carrier = new FakeCarrier(() => ({ kind: 'gone', status: 410, detail: 'answered 410' }));
  const follower = await (await deliveriesOf(feed)).add(receiver(carrier));
  await expect.poll(() => follower.state().stopped, QUICK).toBe('gone');
  expect(follower.state().nextTryAt).toBeNull();
  feed.push([step(4)]);
  await pause(60);
  expect(carrier.tried).toHaveLength(1);
  const other = new FakeCarrier();
  follower.change({ carrier: other, wants: () => true, paused: false });
  await expect.poll(() => other.taken, QUICK).toEqual(ids(1, 4));
  expect(carrier.closed).toBe(true);
});

test('paused it stays where it is; what came meanwhile follows', async () => {
  const { feed } = await feedOf(2);
  const carrier = new FakeCarrier();
  const follower = await (await deliveriesOf(feed)).add(receiver(carrier, { paused: true }));
  feed.push([step(3)]);
  await pause(50);
  expect(carrier.tried).toEqual([]);
  expect(follower.state()).toMatchObject({ stopped: 'paused', behind: 3 });
  follower.change({ carrier, wants: () => true, paused: false });
  await expect.poll(() => carrier.taken, QUICK).toEqual(ids(1, 3));
});

test('a receiver that says how long to wait is not asked before', async () => {
  const { feed } = await feedOf(1);
  const carrier = new FakeCarrier(() => ({ ...OUTAGE, retryAfterMs: 60_000 }));
  const follower = await (await deliveriesOf(feed)).add(receiver(carrier));
  await expect.poll(() => follower.state().nextTryAt, QUICK).toBeGreaterThan(Date.now() + 50_000);
  await pause(100);
  expect(carrier.tried).toHaveLength(1);
});

describe('places', () => {
  test('replay from an earlier cursor sends all once more, even while a message is on its way', async () => {
    const { feed } = await feedOf(5);
    let release = () => {};
    const carrier = new FakeCarrier((d) =>
      d.number === 5 ? new Promise((done) => (release = () => done(null))) : null,
    );
    const follower = await (await deliveriesOf(feed)).add(receiver(carrier));
    await expect.poll(() => carrier.tried.length, QUICK).toBe(5);
    carrier.answer = () => null;
    follower.replayFrom(2);
    release();
    await expect.poll(() => carrier.taken.length, QUICK).toBe(8);
    expect(carrier.taken).toEqual([...ids(1, 5), ...ids(3, 5)]);
  });

  test('where the log has gone on without it, the receiver is told of the gap', async () => {
    const { feed, log } = await feedOf(60, { inMemory: 10 });
    await log.truncateBefore(40);
    const sent: unknown[] = [];
    const carrier = new FakeCarrier((d) => {
      sent.push(JSON.parse(d.text));
      return null;
    });
    const deliveries = await deliveriesOf(feed);
    await deliveries.add(receiver(carrier));
    await expect.poll(() => carrier.taken.at(-1), QUICK).toBe('alert_a60_1');
    const [gap, first] = sent as { type: string; after: string; cursor: string }[];
    const upTo = Number(gap.cursor.slice(3));
    expect(gap).toEqual({ type: 'gap', after: 'e1-0', cursor: `e1-${upTo}` });
    expect(upTo).toBeGreaterThan(0);
    expect(first.cursor).toBe(`e1-${upTo + 1}`);
    expect(carrier.taken.slice(1)).toEqual(ids(upTo + 1, 60));
    expect(deliveries.totals().webhook.gaps).toBe(1);
  });

  test('a log that was lost begins anew: all that the new one has is sent', async () => {
    const { feed } = await feedOf(9, { epoch: 'e2' });
    const carrier = new FakeCarrier();
    const from = { epoch: 'e1', number: 5000 };
    const follower = await (await deliveriesOf(feed)).add(receiver(carrier, { from }));
    await expect.poll(() => carrier.taken, QUICK).toEqual(ids(1, 9));
    expect(follower.state().cursor).toBe('e2-9');
  });

  test('of a receiver that a crash left behind without its subscription nothing stays', async () => {
    const { feed } = await feedOf(4);
    const dir = await tempDir();
    const before = await deliveriesOf(feed, dir);
    const refusing = new FakeCarrier((d) => (d.number === 2 ? REFUSED : null));
    const follower = await before.add(receiver(refusing, { name: 'webhook-x' }));
    await before.add(receiver(new FakeCarrier(), { name: 'webhook-y' }));
    await expect.poll(() => follower.state().behind, QUICK).toBe(0);
    await before.stop();

    const deliveries = await deliveriesOf(feed, dir);
    await deliveries.keepOnly('webhook', ['webhook-y']);
    const x = new FakeCarrier();
    const again = await deliveries.add(receiver(x, { name: 'webhook-x', from: { epoch: 'e1', number: 3 } }));
    const y = new FakeCarrier();
    await deliveries.add(receiver(y, { name: 'webhook-y' }));
    await expect.poll(() => x.taken, QUICK).toEqual(ids(4, 4));
    expect(again.deadLetters.letters).toEqual([]);
    expect(y.tried).toEqual([]);
  });

  test('a receiver that is removed leaves nothing behind for the next of that name', async () => {
    const { feed } = await feedOf(4);
    const deliveries = await deliveriesOf(feed);
    const carrier = new FakeCarrier();
    const follower = await deliveries.add(receiver(carrier));
    await expect.poll(() => follower.state().behind, QUICK).toBe(0);
    await deliveries.remove('r1');
    const next = new FakeCarrier();
    await deliveries.add(receiver(next, { from: { epoch: 'e1', number: 2 } }));
    await expect.poll(() => next.taken, QUICK).toEqual(ids(3, 4));
  });
});
