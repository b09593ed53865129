import { describe, expect, test } from 'vitest';
import { NOW } from '../support.js';
import { good, makeSource, message, TOPIC } from './support.js';

const LINK = 'mqtt:acme:A';
const ack = (id: string, vehicle = 'A') => `v1/acme/vehicles/${vehicle}/cmd/${id}/ack`;

describe('our own JSON, downwards', () => {
  test('a vehicle that is heard takes commands on the topic beside its own', async () => {
    const { take, commands, outlet } = makeSource();
    take(TOPIC, good);
    const link = commands.links.get(LINK);
    expect(link?.command(message('text', { text: 'a' }))).toEqual({ serial: 0, parts: 1 });
    expect(link?.command(message('locate'))).toEqual({ serial: 1, parts: 1 });
    expect(link?.command(message('text', { text: 'a' }), 0)).toEqual({ serial: 0, parts: 1 });
    const [text, locate, again] = outlet.published;
    expect(text.topic).toBe('v1/acme/vehicles/A/cmd');
    expect(JSON.parse(text.payload.toString())).toEqual({
      ...{ id: 'c-text', type: 'text', params: { text: 'a' } },
      expires: NOW + 60_000,
    });
    expect(JSON.parse(locate.payload.toString())).toMatchObject({ id: 'c-locate' });
    // The same bytes, so that a device knows it by its name.
    expect(again.payload).toEqual(text.payload);
    // That the broker has it is not the vehicle's word.
    await new Promise(setImmediate);
    expect(commands.responses).toEqual([]);
    take(ack('c-text'), { ok: true });
    expect(commands.responses).toMatchObject([{ terminal: 'acme:A', id: 'c-text', says: { refused: null } }]);
  });

  test('where nobody is subscribed the command fails; where the broker is away it is sent again', async () => {
    const { take, commands, outlet } = makeSource();
    take(TOPIC, good);
    const link = commands.links.get(LINK);
    outlet.outcome = new Error('away');
    expect(link?.command(message('locate'))).toEqual({ serial: 0, parts: 1 });
    await new Promise(setImmediate);
    expect(commands.responses).toEqual([]);
    outlet.outcome = 'nobody';
    link?.command(message('locate'), 0);
    await new Promise(setImmediate);
    expect(commands.responses).toMatchObject([{ id: 'c-locate', says: { refused: 'not-connected' } }]);
  });

  test('a malformed acknowledgement is counted and kept for people; it answers nothing', () => {
    const { take, commands, source } = makeSource();
    take(ack('c-text'), { done: true });
    take(ack('c-text'), Buffer.from('ok'));
    take('v1/acme/vehicles/A/cmd/c-text/ack/more', { ok: true });
    expect(commands.responses).toEqual([]);
    const { received, handled, rejected } = source.counts.snapshot();
    expect([received, handled]).toEqual([3, 0]);
    expect(rejected).toEqual({ 'bad-item': 1, 'not-json': 1, 'unknown-topic': 1 });
  });

  test('says good-bye, or its will does: nothing is sent until it is heard again', () => {
    const { take, commands } = makeSource();
    take('v1/acme/vehicles/A/status', { online: true });
    expect([...commands.links.keys()]).toEqual([LINK]);
    take('v1/acme/vehicles/B/status', { online: false });
    expect([...commands.links.keys()]).toEqual([LINK]);
    take('v1/acme/vehicles/A/status', { online: false });
    expect([...commands.links.keys()]).toEqual([]);
    take(TOPIC, good);
    expect([...commands.links.keys()]).toEqual([LINK]);
  });

  test('what the broker kept from before is no sign of anybody', () => {
    const { take, commands } = makeSource();
    take('v1/acme/vehicles/A/status', { online: true }, { retained: true });
    expect(commands.links.size).toBe(0);
    take(TOPIC, good);
    take('v1/acme/vehicles/A/status', { online: false }, { retained: true });
    expect(commands.links.size).toBe(1);
  });

  test('a gateway that publishes for many is told nothing; nor is anybody whose settings have no way down', () => {
    const { take, commands } = makeSource();
    take('v1/acme/batch', [{ id: 'A', ...good }]);
    expect(commands.links.size).toBe(0);
    const off = makeSource([{ topic: 'v1/{tenant}/vehicles/{id}/position', codec: 'v1', down: '' }]);
    off.take(TOPIC, good);
    expect(off.log.fixes).toHaveLength(1);
    expect(off.commands.links.size).toBe(0);
  });

  test.each([
    ['owntracks', 'owntracks/jane/phone', { _type: 'location', lat: 31.2, lon: 121.5, tst: NOW / 1000 }, 'jane:phone'],
    ['thingsboard', 'tb/car/telemetry', { lat: 31.2, lon: 121.5 }, 'car'],
    ['traccar', 'traccar/events', { device: { uniqueId: '86' }, event: { type: 'ignitionOn' } }, '86'],
  ])('a device of %s says at once that it takes none', (codec, topic, payload, terminal) => {
    const { take, commands, outlet } = makeSource();
    take(topic, payload);
    expect(commands.links.get(`mqtt:${terminal}`)?.command(message('locate'))).toEqual({
      refused: 'not-supported',
      detail: `${codec} has no commands`,
    });
    expect(outlet.published).toEqual([]);
  });

  test('a good-bye of OwnTracks is one, too', () => {
    const { take, commands } = makeSource();
    take('owntracks/jane/phone', { _type: 'location', lat: 31.2, lon: 121.5, tst: NOW / 1000 });
    expect(commands.links.size).toBe(1);
    take('owntracks/jane/phone', { _type: 'lwt', tst: NOW / 1000 });
    expect(commands.links.size).toBe(0);
  });

  test('topics of the settings', () => {
    const { take, commands, outlet } = makeSource([
      { topic: 'fleet/{terminal}/gps', codec: 'v1', down: 'fleet/{terminal}/do' },
      { topic: 'fleet/{terminal}/done/{command}', codec: 'v1', down: 'fleet/{terminal}/do' },
    ]);
    take('fleet/A/gps', good);
    commands.links.get('mqtt:A')?.command(message('locate'));
    expect(outlet.published.map(({ topic }) => topic)).toEqual(['fleet/A/do']);
    take('fleet/A/done/c-locate', { ok: false, reason: 'no-fix' });
    expect(commands.responses).toMatchObject([{ terminal: 'A', id: 'c-locate', says: { answer: { ok: false } } }]);
  });
});
