import { describe, expect, test } from 'vitest';
import { encodeFrame } from '../../../protocols/jt808/encode.js';
import { jt808 } from '../../../protocols/jt808/index.js';
import { QUIRKS, quirkBook } from '../../../protocols/jt808/quirks/index.js';
import { SinkLog } from '../sink-log.js';
import { vector } from './vectors.js';

const bytesOf = (id: string) => Buffer.from(vector(id).hex, 'hex');

/** What comes of the frames where the terminal has these quirks: positions, and reasons of what was refused. */
function talk(frames: Buffer[], quirks: readonly string[] | ((number: string) => readonly string[])) {
  const sink = new SinkLog();
  sink.quirks = typeof quirks === 'function' ? quirks : () => quirks;
  const conversation = jt808.open(sink);
  for (const frame of frames) conversation.receive(frame);
  return {
    positions: sink.all('position').map(({ position }) => position),
    rejected: sink.all('reject').map(({ reject }) => reject),
    sink,
    conversation,
  };
}

test('names are told apart, and each says where it was seen', () => {
  expect(new Set(QUIRKS.map(({ name }) => name)).size).toBe(QUIRKS.length);
  for (const { name, note, seen, habits } of QUIRKS) {
    expect(name).toMatch(/^[a-z0-9-]+$/);
    expect(note.length).toBeGreaterThan(20);
    expect(seen).not.toBe('');
    expect(Object.keys(habits)).not.toEqual([]);
  }
});

test('a wrong check code and a wrong length are taken from a terminal that is known for both, and from no other', () => {
  const frame = bytesOf('traccar-086');
  const { expect: says } = vector('traccar-086');
  expect(talk([frame], [])).toMatchObject({ positions: [], rejected: ['bad-checksum'] });
  expect(talk([frame], ['wrong-checksum'])).toMatchObject({ positions: [], rejected: ['bad-length'] });
  expect(talk([frame], ['wrong-length'])).toMatchObject({ positions: [], rejected: ['bad-checksum'] });
  const both = ['wrong-checksum', 'wrong-length'];
  const { positions, rejected, sink } = talk([frame], (number) => (number === says.phone ? both : []));
  expect(rejected).toEqual([]);
  expect(positions).toMatchObject([
    { lat: says.lat, lon: says.lon, fixTime: Date.parse(says.time as string), mileageKm: says.mileageKm ?? 0 },
  ]);
  expect(sink.all('reply')).toHaveLength(1);
  expect(talk([frame], (number) => (number === '1' ? both : []))).toMatchObject({ rejected: ['bad-checksum'] });
});

test('bytes that are too few for a header stay refused, whatever is known of the terminal', () => {
  const bytes = Buffer.from('7e0102047e', 'hex');
  expect(talk([bytes], ['wrong-checksum', 'wrong-length']).rejected).toEqual(['bad-checksum']);
});

describe('swapped places', () => {
  const id = 'yezhihao-0x0200-2013-1';
  const { expect: says } = vector(id);

  test('are put right', () => {
    expect(talk([bytesOf(id)], []).positions).toMatchObject([{ lat: Number.NaN }]);
    expect(talk([bytesOf(id)], ['swapped-place']).positions).toMatchObject([{ lat: says.lon, lon: says.lat }]);
  });

  test('in batches, too', () => {
    const batch = 'go808-parse_test-184';
    const said = vector(batch).expect.positions as { lat: number; lon: number }[];
    const { positions } = talk([bytesOf(batch)], ['swapped-place']);
    expect(positions.map(({ lat, lon }) => [lon, lat])).toEqual(said.map(({ lat, lon }) => [lat, lon]));
  });

  test('are left alone where the place can be as it stands', () => {
    const plain = talk([bytesOf('traccar-003')], []).positions;
    expect(talk([bytesOf('traccar-003')], ['swapped-place']).positions).toEqual(plain);
  });

  test('are known by the registration of those who send them', () => {
    for (const registration of ['yezhihao-0x0100-2019-0', 'go808-parse_test-146', 'go808-parse_test-110']) {
      const { manufacturer, model } = vector(registration).expect as Record<string, unknown>;
      const facts = { protocol: 'jt808', number: '1', registered: true };
      const said = { ...facts, manufacturer: String(manufacturer) };
      expect(quirkBook.recognise({ ...said, model: String(model) })).toEqual(['swapped-place']);
      expect(quirkBook.recognise(said)).toEqual([]);
    }
  });

  test('from the registration on, in the same conversation', () => {
    const registration = vector('go808-parse_test-146');
    const sink = new SinkLog();
    sink.quirks = () => sink.all('register').flatMap(({ register }) => quirkBook.recognise(register.terminal));
    const conversation = jt808.open(sink);
    const location = encodeFrame({
      msgId: 0x0200,
      edition: '2019',
      phone: registration.expect.phone as string,
      seq: 2,
      fields: { lat: 116.307629, lon: 40.058359, time: '2026-01-01T00:00:00+08:00' },
    });
    conversation.receive(location);
    conversation.receive(Buffer.from(registration.hex, 'hex'));
    conversation.receive(location);
    expect(sink.all('position').map(({ position }) => position.lat)).toEqual([Number.NaN, 40.058359]);
  });
});

test('a UTC clock is eight hours behind', () => {
  const [plain] = talk([bytesOf('traccar-003')], []).positions;
  const [bent] = talk([bytesOf('traccar-003')], ['utc-clock']).positions;
  expect(bent).toEqual({ ...plain, fixTime: plain.fixTime + 8 * 3_600_000 });
});

test('the 2011 edition holds where frames do not show it, and not where they show another', () => {
  const alarm = (1 << 13) | (1 << 1); // bit 13 is of 2013
  const fields = { alarm, lat: 31, lon: 120, time: '2026-01-01T00:00:00+08:00' };
  const alarms = (edition: '2013' | '2019', quirks: string[]) => {
    const frame = encodeFrame({ msgId: 0x0200, edition, phone: '1', seq: 1, fields });
    return talk([frame], quirks).positions[0].alarms;
  };
  expect(alarms('2013', [])).toBe(alarm);
  expect(alarms('2013', ['edition-2011'])).toBe(2);
  expect(alarms('2019', ['edition-2011'])).toBe(alarm);
});

test('bits that tell of tampering raise no alarm of 2019; the word is kept as it came', () => {
  const alarm = (1 << 16) | (1 << 17) | 1;
  const frame = encodeFrame({
    msgId: 0x0200,
    edition: '2019',
    phone: '1',
    seq: 1,
    fields: { alarm, lat: 31, lon: 120, time: '2026-01-01T00:00:00+08:00' },
  });
  expect(talk([frame], []).positions[0].alarms).toBe(alarm);
  expect(talk([frame], ['tamper-bits']).positions[0]).toMatchObject({ alarms: 1, alarmWord: alarm });
});

test('what a person changes holds within a second, without a new connection', () => {
  let quirks: string[] = [];
  const frame = bytesOf('traccar-003');
  const { conversation, sink } = talk([frame], () => quirks);
  quirks = ['utc-clock'];
  conversation.tick(0);
  conversation.receive(frame);
  const [before, after] = sink.all('position').map(({ position }) => position.fixTime);
  expect(after - before).toBe(8 * 3_600_000);
});
