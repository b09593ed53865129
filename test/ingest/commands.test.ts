import { describe, expect, test } from 'vitest';
import type { CommandReason } from '../../model/command.js';
import { CommandBook } from '../../model/command-book.js';
import { commandDispatch, OK, story } from './commands-support.js';

const A = '13800000001';

describe('to a terminal that is connected', () => {
  test('a command without an answer ends with the acknowledgement', async () => {
    const d = commandDispatch();
    const link = d.connect(A);
    const { id, state } = await d.give(A, 'text');
    expect(state).toBe('sent');
    expect(link.sent).toEqual([{ type: 'text', serial: 100, again: false }]);
    d.pass(1000);
    d.respond({ terminal: A, serial: 100, types: ['text'], says: OK });
    expect(story(d.command(id))).toEqual(['0 s queued', '0 s sent', '1 s acknowledged']);
    expect(d.command(id)).toMatchObject({
      state: 'acknowledged',
      attempts: 1,
      reason: null,
      endedAt: expect.any(Number),
    });
    expect(d.book.alive).toBe(0);
  });

  test.each<[CommandReason]>([['failed'], ['malformed'], ['not-supported'], ['result-9']])(
    'refused: it failed, %s',
    async (refused) => {
      const d = commandDispatch();
      d.connect(A);
      const { id } = await d.give(A, 'text');
      d.respond({ terminal: A, serial: 100, types: ['text'], says: { refused } });
      expect(d.command(id)).toMatchObject({ state: 'failed', reason: refused });
    },
  );

  test('both the acknowledgement and the answer: acknowledged, then answered', async () => {
    const d = commandDispatch();
    d.connect(A);
    const { id } = await d.give(A, 'locate');
    d.respond({ terminal: A, serial: 100, types: ['locate'], says: OK });
    expect(d.command(id)).toMatchObject({ state: 'acknowledged', endedAt: null });
    d.pass(500);
    d.respond({ terminal: A, serial: 100, types: ['locate'], says: OK }); // a second one says nothing new
    d.respond({ terminal: A, serial: 100, types: ['locate'], says: { answer: { replySeq: 100, lon: 120.3 } } });
    expect(d.command(id)).toMatchObject({ state: 'answered', answer: { replySeq: 100, lon: 120.3 } });
    expect(story(d.command(id))).toEqual(['0 s queued', '0 s sent', '0 s acknowledged', '0.5 s answered']);
  });

  test('the answer alone, or the acknowledgement behind it, ends it as answered', async () => {
    const d = commandDispatch();
    d.connect(A);
    const { id } = await d.give(A, 'locate');
    d.respond({ terminal: A, serial: 100, types: ['locate'], says: { answer: {} } });
    d.respond({ terminal: A, serial: 100, types: ['locate'], says: OK });
    expect(story(d.command(id))).toEqual(['0 s queued', '0 s sent', '0 s answered']);
    expect(d.dispatcher.unmatchedResponses).toBe(1);
  });

  test('an answer that owes its acknowledgement too long: acknowledged is the last word', async () => {
    const d = commandDispatch();
    d.connect(A);
    const { id } = await d.give(A, 'locate');
    d.respond({ terminal: A, serial: 100, types: ['locate'], says: OK });
    d.pass(300_000);
    expect(story(d.command(id)).at(-1)).toBe('300 s acknowledged (no-answer)');
    expect(d.command(id).endedAt).not.toBeNull();
  });

  test('an answer without a serial number belongs to the oldest command that it can answer', async () => {
    const d = commandDispatch();
    d.connect(A);
    await d.give(A, 'text');
    const first = await d.give(A, 'get-attributes');
    const second = await d.give(A, 'get-attributes');
    d.respond({ terminal: A, types: ['get-attributes'], says: { answer: { model: 'T1' } } });
    expect([d.command(first.id).state, d.command(second.id).state]).toEqual(['answered', 'sent']);
    d.respond({ terminal: A, types: ['get-attributes'], says: { answer: { model: 'T1' } } });
    expect(d.command(second.id).state).toBe('answered');
    d.respond({ terminal: A, types: ['get-attributes'], says: { answer: { model: 'T1' } } });
    expect(d.dispatcher.unmatchedResponses).toBe(1);
  });

  test('a serial number of another command, another kind or another terminal is no response to this one', async () => {
    const d = commandDispatch();
    d.connect(A);
    d.connect('13800000002');
    const { id } = await d.give(A, 'text');
    d.respond({ terminal: A, serial: 101, types: ['text'], says: OK });
    d.respond({ terminal: A, serial: 100, types: ['locate'], says: OK });
    d.respond({ terminal: '13800000002', serial: 100, types: ['text'], says: OK });
    expect(d.command(id).state).toBe('sent');
    expect(d.dispatcher.unmatchedResponses).toBe(3);
  });

  test('an answer that tells of a failure: failed, with the answer', async () => {
    const d = commandDispatch();
    d.connect(A);
    const photo = await d.give(A, 'photo', { params: { channel: 9 } });
    d.respond({ terminal: A, serial: 100, types: ['photo'], says: { answer: { result: 2 } } });
    expect(d.command(photo.id)).toMatchObject({ state: 'failed', reason: 'no-such-channel', answer: { result: 2 } });
    // Doors say by status bit 12 whether they have moved.
    const lock = await d.give(A, 'vehicle-control');
    d.respond({ terminal: A, serial: 101, types: ['vehicle-control'], says: { answer: { status: 0 } } });
    expect(d.command(lock.id)).toMatchObject({ state: 'failed', reason: 'doors-did-not-move' });
    const again = await d.give(A, 'vehicle-control');
    d.respond({ terminal: A, serial: 102, types: ['vehicle-control'], says: { answer: { status: 1 << 12 } } });
    expect(d.command(again.id)).toMatchObject({ state: 'answered', reason: null });
  });

  test('what its edition cannot say fails at once, with what is wrong', async () => {
    const d = commandDispatch();
    d.connect(A);
    const { id } = await d.give(A, 'link-check');
    expect(d.command(id)).toMatchObject({ state: 'failed', reason: 'not-in-edition' });
    expect(d.command(id).history.at(-1)).toMatchObject({ detail: 'not in 2013' });
  });

  test('a terminal that sits in another vehicle now is not told what was meant for the first', async () => {
    const d = commandDispatch();
    const { id } = await d.give(A, 'vehicle-control');
    await d.registry.putVehicle({ id: 'bus-7', terminals: [{ protocol: 'jt808', number: A }] });
    const link = d.connect(A);
    await d.settle();
    expect(link.sent).toEqual([]);
    expect(d.command(id)).toMatchObject({ state: 'failed', reason: 'terminal-moved' });
  });
});

describe('a split message', () => {
  const text = (serial: number, refused: CommandReason | null = null) => ({
    terminal: A,
    serial,
    types: ['text'],
    says: { refused },
  });

  test('is acknowledged with its last part; any part may be refused', async () => {
    const d = commandDispatch();
    d.connect(A).parts = 3;
    const { id } = await d.give(A, 'text');
    d.respond(text(100));
    d.respond(text(101));
    expect(d.command(id).state).toBe('sent');
    d.respond(text(102));
    expect(d.command(id).state).toBe('acknowledged');
    const refused = await d.give(A, 'text');
    d.respond(text(103));
    d.respond(text(104, 'failed'));
    expect(d.command(refused.id)).toMatchObject({ state: 'failed', reason: 'failed' });
  });

  test('one part acknowledged for the whole: nothing more comes, and nothing is sent again', async () => {
    const d = commandDispatch();
    const link = d.connect(A);
    link.parts = 5;
    const { id } = await d.give(A, 'text');
    d.pass(4000);
    d.respond(text(100));
    d.pass(60_000);
    // 10 s, and a second for the four frames that follow the first, counted from that acknowledgement.
    expect(story(d.command(id))).toEqual(['0 s queued', '0 s sent', '15 s acknowledged']);
    expect(link.sent).toHaveLength(1);
  });

  test('has longer before it is sent again: a slow line takes its time', async () => {
    const d = commandDispatch();
    const link = d.connect(A);
    link.parts = 401;
    const { id } = await d.give(A, 'text');
    d.pass(109_750);
    expect(link.sent).toHaveLength(1);
    d.pass(250);
    expect(story(d.command(id))).toEqual(['0 s queued', '0 s sent', '110 s sent']);
  });
});

describe('without a response', () => {
  test('sent again with the same serial number: T, 2 T, 6 T, 24 T, then given up', async () => {
    const d = commandDispatch();
    const link = d.connect(A);
    const { id } = await d.give(A, 'text');
    d.pass(400_000);
    expect(link.sent).toEqual([
      { type: 'text', serial: 100, again: false },
      { type: 'text', serial: 100, again: true },
      { type: 'text', serial: 100, again: true },
      { type: 'text', serial: 100, again: true },
    ]);
    expect(story(d.command(id))).toEqual([
      '0 s queued',
      '0 s sent',
      '10 s sent',
      '30 s sent',
      '90 s sent',
      '330 s failed (no-response)',
    ]);
    expect(d.command(id)).toMatchObject({ attempts: 4, state: 'failed' });
  });

  test('a late response to the first sending ends it', async () => {
    const d = commandDispatch();
    d.connect(A);
    const { id } = await d.give(A, 'text');
    d.pass(31_000);
    d.respond({ terminal: A, serial: 100, types: ['text'], says: OK });
    d.pass(400_000);
    expect(story(d.command(id))).toEqual(['0 s queued', '0 s sent', '10 s sent', '30 s sent', '31 s acknowledged']);
  });

  test('a connection that can send nothing just now is tried again', async () => {
    const d = commandDispatch();
    const link = d.connect(A);
    link.open = false;
    const { id, state } = await d.give(A, 'text');
    expect(state).toBe('queued');
    d.pass(9_750);
    link.open = true;
    d.pass(250);
    expect(story(d.command(id))).toEqual(['0 s queued', '10 s sent']);
  });

  test('at most so many wait for the terminal at once; the others follow in order', async () => {
    const d = commandDispatch({ window: 2 });
    const link = d.connect(A);
    const ids: string[] = [];
    for (const type of ['text', 'locate', 'track', 'text']) {
      const params = type === 'track' ? { interval: 0 } : undefined;
      ids.push((await d.give(A, type, params ? { params } : {})).id);
    }
    expect(link.sent.map(({ type }) => type)).toEqual(['text', 'locate']);
    expect(ids.map((id) => d.command(id).state)).toEqual(['sent', 'sent', 'queued', 'queued']);
    // Acknowledged, it owes its answer and takes no place any more.
    d.respond({ terminal: A, serial: 101, types: ['locate'], says: OK });
    expect(link.sent.map(({ type }) => type)).toEqual(['text', 'locate', 'track']);
    d.respond({ terminal: A, serial: 100, types: ['text'], says: OK });
    expect(link.sent).toHaveLength(4);
  });
});

describe('to a terminal that is not connected', () => {
  test('waits, and is sent when the terminal comes', async () => {
    const d = commandDispatch();
    const { id, state } = await d.give(A, 'text');
    expect(state).toBe('queued');
    d.pass(3_600_000);
    const link = d.connect(A);
    expect(link.sent, 'its login is answered first').toEqual([]);
    await d.settle();
    expect(link.sent).toEqual([{ type: 'text', serial: 100, again: false }]);
    expect(story(d.command(id))).toEqual(['0 s queued', '3600 s sent']);
  });

  test('expires, and is not sent afterwards', async () => {
    const d = commandDispatch();
    const { id } = await d.give(A, 'text', { expiresInMs: 60_000 });
    d.pass(59_750);
    expect(d.command(id).state).toBe('queued');
    d.pass(250);
    expect(story(d.command(id))).toEqual(['0 s queued', '60 s expired (not-connected)']);
    const link = d.connect(A);
    await d.settle();
    expect(link.sent).toEqual([]);
  });

  test('expires after a day where nothing else is said, though the wheel turns in minutes', async () => {
    const d = commandDispatch();
    const { id } = await d.give(A, 'text');
    d.pass(86_400_000 - 250);
    expect(d.command(id).state).toBe('queued');
    d.pass(250);
    expect(d.command(id).state).toBe('expired');
  });

  test('never late: it fails at once', async () => {
    const d = commandDispatch();
    const { id } = await d.give(A, 'text', { neverLate: true });
    expect(d.command(id)).toMatchObject({ state: 'failed', reason: 'not-connected', attempts: 0 });
  });
});

describe('when the connection goes', () => {
  test('what was not answered is sent anew on the next one, under a serial number of that', async () => {
    const d = commandDispatch();
    const before = d.connect(A);
    const { id } = await d.give(A, 'text');
    d.dispatcher.disconnected('jt808', A, before);
    d.pass(50_000);
    expect(story(d.command(id))).toEqual(['0 s queued', '0 s sent']);
    const after = d.connect(A);
    after.next = 7;
    await d.settle();
    expect(after.sent).toEqual([{ type: 'text', serial: 7, again: false }]);
    d.respond({ terminal: A, serial: 7, types: ['text'], says: OK });
    expect(d.command(id)).toMatchObject({ state: 'acknowledged', attempts: 2 });
  });

  test('never late: it fails, sent or not', async () => {
    const d = commandDispatch({ window: 1 });
    const link = d.connect(A);
    const sent = await d.give(A, 'text', { neverLate: true });
    const queued = await d.give(A, 'text', { neverLate: true });
    expect([sent.state, queued.state]).toEqual(['sent', 'queued']);
    d.dispatcher.disconnected('jt808', A, link);
    expect([d.command(sent.id).reason, d.command(queued.id).reason]).toEqual(['connection-lost', 'not-connected']);
  });

  test('a newer login takes over; the end of the old connection changes nothing', async () => {
    const d = commandDispatch();
    const before = d.connect(A);
    const { id } = await d.give(A, 'text');
    before.open = false;
    const after = d.connect(A);
    await d.settle();
    d.dispatcher.disconnected('jt808', A, before);
    expect(after.sent).toHaveLength(1);
    d.respond({ terminal: A, serial: 100, types: ['text'], says: OK });
    expect(d.command(id).state).toBe('acknowledged');
  });

  test('an answer that was owed is taken on the next connection', async () => {
    const d = commandDispatch();
    const before = d.connect(A);
    const { id } = await d.give(A, 'get-attributes');
    d.respond({ terminal: A, serial: 100, types: ['get-attributes'], says: OK });
    d.dispatcher.disconnected('jt808', A, before);
    d.connect(A);
    await d.settle();
    d.respond({ terminal: A, types: ['get-attributes'], says: { answer: { model: 'T1' } } });
    expect(d.command(id)).toMatchObject({ state: 'answered', attempts: 1 });
  });
});

describe('after a restart', () => {
  test('a queued command, a sent one and one that owes its answer go on; one that is never late fails', async () => {
    const d = commandDispatch();
    d.connect(A);
    const sent = await d.give(A, 'text');
    const owed = await d.give(A, 'locate');
    const never = await d.give(A, 'text', { neverLate: true });
    d.respond({ terminal: A, serial: 101, types: ['locate'], says: OK });
    const queued = await d.give('13800000002', 'text');
    await d.settle();
    d.restart();
    expect([sent, owed, queued].map(({ id }) => d.command(id).state)).toEqual(['sent', 'acknowledged', 'queued']);
    expect(d.command(never.id)).toMatchObject({ state: 'failed', reason: 'restarted' });
    const link = d.connect(A);
    const other = d.connect('13800000002');
    await d.settle();
    expect([link.sent.map(({ type }) => type), other.sent.map(({ type }) => type)]).toEqual([['text'], ['text']]);
    d.pass(300_000);
    expect(d.command(owed.id)).toMatchObject({ state: 'acknowledged', reason: 'no-answer' });
  });

  test('ids go on growing, and the log has told the same book', async () => {
    const d = commandDispatch();
    d.connect(A);
    await d.give(A, 'text');
    const first = await d.give(A, 'text');
    d.respond({ terminal: A, serial: 100, types: ['text'], says: OK });
    await d.settle();
    const before = d.book.snapshot();
    d.restart();
    expect(d.book.snapshot()).toEqual(before);
    expect(CommandBook.from(JSON.parse(JSON.stringify(before))).snapshot()).toEqual(before);
    const second = await d.give(A, 'text');
    expect(second.id > first.id).toBe(true);
  });
});

describe('who takes it', () => {
  test('a vehicle without a terminal, or with one that knows no such command', async () => {
    const d = commandDispatch();
    await d.registry.putVehicle({ id: 'v1' });
    await d.registry.putVehicle({ id: 'v2', terminals: [{ protocol: 'http', number: '1' }] });
    const vehicles = ['v1', 'v2'].map((id) => d.registry.catalog.vehicleById(id)!);
    expect(await d.giveMany([], 'text', { vehicles })).toMatchObject([
      { vehicleId: 'v1', refused: 'no-terminal' },
      { vehicleId: 'v2', refused: 'no-terminal' },
    ]);
  });

  test('of two terminals the one that is connected', async () => {
    const d = commandDispatch();
    const terminals = ['1', '2'].map((number) => ({ protocol: 'jt808', number }));
    await d.registry.putVehicle({ id: 'v1', terminals });
    const vehicles = [d.registry.catalog.vehicleById('v1')!];
    expect(await d.giveMany([], 'text', { vehicles })).toMatchObject([{ command: { terminal: { number: '1' } } }]);
    d.connect('2');
    expect(await d.giveMany([], 'text', { vehicles })).toMatchObject([{ command: { terminal: { number: '2' } } }]);
  });
});

test('who listens hears of each step once it is in the log, a turn of the event loop together', async () => {
  const d = commandDispatch();
  d.connect(A);
  const { id } = await d.give(A, 'text');
  expect(d.told).toEqual([`${id} queued`, `${id} sent`]);
  d.connect('13800000002');
  const other = await d.give('13800000002', 'text');
  await d.settle();
  const before = d.log.changes.length;
  d.respond({ terminal: A, serial: 100, types: ['text'], says: OK });
  d.respond({ terminal: '13800000002', serial: 100, types: ['text'], says: OK });
  await d.settle();
  expect(d.log.changes.slice(before)).toMatchObject([
    {
      type: 'command-step',
      steps: [
        { id, state: 'acknowledged' },
        { id: other.id, state: 'acknowledged' },
      ],
    },
  ]);
});
