import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { TerminalClient, type TerminalOptions } from '../../cli/support/terminal-client.js';
import type { TerminalFix } from '../../cli/support/terminal-messages.js';
import { type Answer, FakePlatform, general, politely, type Received, registered } from '../support/fake-platform.js';

const LOCATION = 0x0200;

function fixAt(second: number): TerminalFix {
  const time = Date.UTC(2026, 0, 1) + second * 1000;
  return { time, lon: 120.3, lat: 31.5, speedKmh: 40, headingDeg: 90, altitudeM: 5, mileageKm: 12.3 };
}

async function platform(answer?: (message: Received) => Answer): Promise<FakePlatform> {
  const fake = await FakePlatform.start(answer);
  onTestFinished(() => fake.stop());
  return fake;
}

function terminal(fake: FakePlatform, options: Partial<TerminalOptions> = {}) {
  const client = new TerminalClient({
    ...fake.to,
    number: '13900000001',
    plate: '苏B00001',
    backOffMs: 20,
    ...options,
  });
  const log = { accepted: [] as number[], refused: [] as number[], resent: [] as number[] };
  client.on('accepted', (fixes) => log.accepted.push(...fixes.map(second)));
  client.on('refused', (fixes) => log.refused.push(...fixes.map(second)));
  client.on('resent', (fixes) => log.resent.push(...fixes.map(second)));
  onTestFinished(() => client.stop());
  return { client, log };
}

const second = (fix: TerminalFix) => (fix.time - Date.UTC(2026, 0, 1)) / 1000;
/** Seconds of the minute in a location body: the last byte of BCD[6] at 22. */
const secondOf = ({ body }: Received) => Number.parseInt(body.subarray(27, 28).toString('hex'), 10);

test('registers, authenticates with the code it was given, reports, and hears of every acknowledgement', async () => {
  const fake = await platform();
  const { client, log } = terminal(fake);
  for (let i = 0; i < 10; i++) await client.send(fixAt(i));
  await client.drained();
  expect(fake.ids).toEqual(['0100', '0102', ...Array(10).fill('0200')]);
  expect(fake.received[1].body.toString()).toBe('code-1');
  expect(log).toEqual({ accepted: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], refused: [], resent: [] });
});

test('a number of more than 12 digits speaks the 2019 edition', async () => {
  const fake = await platform();
  const { client } = terminal(fake, { number: '86627503122318' });
  await client.send(fixAt(0));
  await client.drained();
  expect(new Set(fake.received.map(({ edition }) => edition))).toEqual(new Set(['2019']));
});

test('never has more in flight than its window', async () => {
  const held: Received[] = [];
  const fake = await platform((message) => {
    if (message.msgId !== LOCATION) return politely(message);
    held.push(message);
    return 'nothing';
  });
  const { client } = terminal(fake, { window: 3 });
  for (let i = 0; i < 3; i++) await client.send(fixAt(i));
  const fourth = client.send(fixAt(3));
  const winner = await Promise.race([fourth.then(() => 'sent'), new Promise((done) => setTimeout(done, 200, 'waits'))]);
  expect(winner).toBe('waits');
  expect(held.length).toBe(3);
});

test('an unanswered message goes again under its own serial number, with waits of T, 2T; then the link is given up', async () => {
  let silent = true;
  const fake = await platform((message) => (message.msgId === LOCATION && silent ? 'nothing' : politely(message)));
  const { client, log } = terminal(fake, { replyMs: 300, retries: 2 });
  void client.send(fixAt(7));
  await once(client, 'offline');
  silent = false;
  await client.drained();
  const sent = fake.received.filter(({ msgId }) => msgId === LOCATION);
  const first = sent.filter(({ connection }) => connection === 1);
  expect(first.length).toBe(3);
  expect(new Set(first.map(({ seq }) => seq)).size).toBe(1);
  // The client looks at its deadlines four times a second.
  expect(first[1].at - first[0].at).toBeGreaterThanOrEqual(299);
  expect(first[2].at - first[1].at).toBeGreaterThanOrEqual(599);
  expect(sent.filter(({ connection }) => connection === 2).map(secondOf)).toEqual([7]);
  expect(log.accepted).toEqual([7]);
  expect(log.resent).toEqual([7, 7, 7]);
});

test('after a lost connection it authenticates with the code it has, and what was not acknowledged comes first, in order', async () => {
  let answered = 0;
  const fake = await platform((message) => {
    if (message.msgId !== LOCATION || message.connection > 1) return politely(message);
    answered++;
    return answered <= 2 ? politely(message) : answered === 5 ? 'hang-up' : 'nothing';
  });
  const { client, log } = terminal(fake, { window: 3 });
  for (let i = 0; i < 8; i++) await client.send(fixAt(i));
  await client.drained();
  const second = fake.received.filter(({ connection }) => connection === 2);
  expect(second[0].msgId).toBe(0x0102);
  expect(second.slice(1).map(secondOf)).toEqual([2, 3, 4, 5, 6, 7]);
  expect(log).toEqual({ accepted: [0, 1, 2, 3, 4, 5, 6, 7], refused: [], resent: [2, 3, 4] });
});

test('a code that is no longer good leads to a new registration', async () => {
  let refusals = 0;
  const fake = await platform((message) =>
    message.msgId === 0x0102 && refusals++ === 0 ? general(message, 1) : politely(message),
  );
  const { client } = terminal(fake);
  await client.send(fixAt(0));
  await client.drained();
  expect(fake.ids).toEqual(['0100', '0102', '0100', '0102', '0200']);
});

test('a refused registration ends it, and what it holds counts as refused', async () => {
  const fake = await platform((message) => (message.msgId === 0x0100 ? registered(message, 4) : politely(message)));
  const { client, log } = terminal(fake);
  const reasons: string[] = [];
  client.on('unwelcome', (reason) => reasons.push(reason));
  await client.send(fixAt(0));
  await client.send(fixAt(1));
  await client.drained();
  expect(reasons).toEqual(['registration refused: no such terminal']);
  expect(log.refused).toEqual([0, 1]);
  expect(fake.ids).toEqual(['0100']);
});

test('fixes travel in batches where asked to', async () => {
  const fake = await platform();
  const { client, log } = terminal(fake, { batch: 5, window: 1 });
  for (let i = 0; i < 20; i++) await client.send(fixAt(i));
  await client.drained();
  expect(log.accepted).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(fake.ids.filter((id) => id === '0704').length).toBeGreaterThanOrEqual(3);
});

test('is quiet no longer than its heartbeat', async () => {
  const fake = await platform();
  const { client } = terminal(fake, { heartbeatMs: 250 });
  client.start();
  await expect.poll(() => fake.ids, { timeout: 5000 }).toContain('0002');
});
