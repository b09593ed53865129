import { expect, test } from 'vitest';
import { commandDispatch, FakeLink, OK } from './commands-support.js';

const A = '13800000001';

test('a hundred for one terminal; an ended one makes room', async () => {
  const d = commandDispatch();
  for (let i = 0; i < 100; i++) await d.give(A, 'text');
  expect(await d.giveMany([A, '13800000002'], 'text')).toMatchObject([
    { vehicleId: A, refused: 'queue-full', message: '100 commands wait for this terminal already' },
    { vehicleId: '13800000002', command: { state: 'queued' } },
  ]);
  expect(d.desk.refused).toEqual({ 'queue-full': 1 });
  d.connect(A);
  await d.settle();
  d.respond({ terminal: A, serial: 100, types: ['text'], says: OK });
  await d.give(A, 'text');
});

test('a bound for all, and for what they weigh', async () => {
  const d = commandDispatch({ limits: { alive: 3 } });
  await d.giveMany(['1', '2', '3'], 'text');
  expect(await d.giveMany(['4'], 'text')).toMatchObject([{ refused: 'full' }]);
  const heavy = commandDispatch({ limits: { bytes: 1000 } });
  const params = { kind: 1, hex: '00'.repeat(300) };
  expect(await heavy.giveMany(['1'], 'transparent', { params })).toMatchObject([{ command: {} }]);
  expect(await heavy.giveMany(['2'], 'transparent', { params })).toMatchObject([{ refused: 'full' }]);
  heavy.pass(86_400_000);
  expect(await heavy.giveMany(['2'], 'transparent', { params }), 'the first has expired').toMatchObject([
    { command: {} },
  ]);
});

test('only the newest ended ones are remembered, by number and by weight', async () => {
  const d = commandDispatch({ limits: { ended: 2 } });
  d.connect(A);
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) {
    ids.push((await d.give(A, 'locate')).id);
    d.respond({ terminal: A, serial: 100 + i, types: ['locate'], says: { answer: { text: 'x'.repeat(100) } } });
  }
  expect(ids.map((id) => d.book.get(id)?.state)).toEqual([undefined, 'answered', 'answered']);
  const light = commandDispatch({ limits: { bytes: 150 } });
  light.connect(A);
  for (let i = 0; i < 3; i++) {
    await light.give(A, 'locate');
    light.respond({ terminal: A, serial: 100 + i, types: ['locate'], says: { answer: { text: 'x'.repeat(100) } } });
  }
  expect(light.book.size).toBe(1);
});

test('a long answer is cut, and says so; a long history keeps its beginning and its end', async () => {
  const d = commandDispatch();
  d.connect(A);
  const { id } = await d.give(A, 'locate');
  const answer = { items: Array.from({ length: 60_000 }, (_, i) => i), text: 'x'.repeat(100_000), count: 60_000 };
  d.respond({ terminal: A, serial: 100, types: ['locate'], says: { answer } });
  expect(d.command(id).answer).toMatchObject({ count: 60_000, cut: ['items', 'text'] });
  expect(JSON.stringify(d.command(id).answer).length).toBeLessThan(32 * 1024);

  const flapping = await d.give(A, 'text');
  for (let i = 0; i < 100; i++) {
    const link = new FakeLink();
    d.connect(A, link);
    await d.settle();
    d.pass(250);
    d.dispatcher.disconnected('jt808', A, link);
  }
  const { history, attempts } = d.command(flapping.id);
  expect([history.length, history[0].state, attempts]).toEqual([32, 'queued', 101]);
});

test('the log is full: nothing is taken', async () => {
  const d = commandDispatch();
  d.vehicle(A);
  d.log.accepting = false;
  expect(await d.giveMany([A], 'text')).toMatchObject([{ refused: 'not-recorded' }]);
  expect(d.book.size).toBe(0);
});
