import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readFenceBody } from '../../../api/fences/fence-body.js';
import { FenceReader } from '../../../api/fences/fence-reader.js';
import { randomFrom } from '../../../cli/support/random.js';
import type { Datum } from '../../../model/datum.js';
import { starRing } from '../../geo/support.js';

const WORKER = new URL('../../../dist/api/fences/fence-reader-worker.js', import.meta.url);
/** Dies of bodies that say so, and reads others as they are. */
const MORTAL = new URL(
  `data:text/javascript,import { parentPort } from 'node:worker_threads';
  parentPort.on('message', ({ bytes }) => {
    const { die, id } = JSON.parse(new TextDecoder().decode(bytes));
    if (die) process.exit(1);
    parentPort.postMessage({ many: false, fences: [{ id, properties: {}, type: 'Point', json: new Uint8Array() }], refused: null });
  });`,
);

function readerOf(url: URL, limits?: { tasks: number; bytes: number }) {
  const logged: string[] = [];
  const reader = new FenceReader(pino({}, { write: (line: string) => logged.push(line) }), url, limits);
  onTestFinished(() => reader.close());
  return { reader, logged };
}

function large(corners: number, given: object = {}): Buffer {
  const ring = starRing(randomFrom(corners), 120, 31, corners, 1, 2);
  const feature = { type: 'Feature', geometry: { type: 'Polygon', coordinates: [ring] }, properties: {}, ...given };
  return Buffer.from(JSON.stringify(feature));
}

const padding = 'x'.repeat(40_000);

describe('a large body is read in a thread as it would be here', () => {
  test.each<[string, Buffer, string?, Datum?]>([
    ['a good one', large(9000)],
    ['with an id', large(2000, { id: 'f7' })],
    ['at a path', large(2000), 'f8'],
    ['in the datum of a map', large(2000), 'f8', 'bd09'],
    ['of another id than its path', large(2000, { id: 'f7' }), 'f8'],
    ['with too many corners', large(11_000)],
    ['that crosses itself', Buffer.from(large(2000).toString().replace('[[[', '[[[118,30],['))],
    ['that is no JSON', Buffer.from(`{"a":"${padding}`)],
    ['with a key that is not allowed', Buffer.from(`{"a":"${padding}","__proto__":{}}`)],
    [
      'a collection whose second is bad',
      Buffer.from(JSON.stringify({ type: 'FeatureCollection', features: [JSON.parse(large(2000).toString()), 5] })),
    ],
    ['an empty collection', Buffer.from(JSON.stringify({ type: 'FeatureCollection', features: [], padding }))],
  ])('%s', async (_what, bytes, pathId, datum: Datum = 'wgs84') => {
    const { reader } = readerOf(WORKER);
    const read = await reader.read(bytes, datum, pathId);
    expect(read).toEqual(readFenceBody(bytes.toString(), datum, pathId));
  });

  test('they are answered in the order in which they came', async () => {
    const { reader } = readerOf(WORKER);
    const ended: number[] = [];
    const sizes = [8000, 1500, 4000];
    await Promise.all(sizes.map((corners) => reader.read(large(corners), 'wgs84').then(() => ended.push(corners))));
    expect(ended).toEqual(sizes);
  });
});

test('a small body needs no thread', async () => {
  const { reader } = readerOf(new URL('file:///nowhere.js'));
  expect((await reader.read(large(10), 'wgs84')).fences).toHaveLength(1);
});

test('where the thread dies of a body, that one is refused, and those behind it are read', async () => {
  const { reader, logged } = readerOf(MORTAL);
  const body = (given: object) => Buffer.from(JSON.stringify({ ...given, padding }));
  const reads = [{ id: 'a' }, { die: true }, { id: 'b' }, { die: true }, { id: 'c' }].map((given) =>
    reader.read(body(given), 'wgs84').then(
      ({ fences }) => fences[0].id,
      (error) => error.code,
    ),
  );
  expect(await Promise.all(reads)).toEqual(['a', 'internal', 'b', 'internal', 'c']);
  expect(logged).toHaveLength(2);
});

test('what there is no room for is told to come back, by number and by bytes', async () => {
  const { reader } = readerOf(WORKER, { tasks: 2, bytes: 10_000_000 });
  const kept = [reader.read(large(2000), 'wgs84'), reader.read(large(2000), 'wgs84')];
  await expect(reader.read(large(2000), 'wgs84')).rejects.toMatchObject({
    code: 'busy',
    headers: [['Retry-After', '2']],
  });
  await Promise.all(kept);
  expect((await reader.read(large(2000), 'wgs84')).fences).toHaveLength(1);

  const { reader: narrow } = readerOf(WORKER, { tasks: 10, bytes: 150_000 });
  const first = narrow.read(large(2000), 'wgs84');
  await expect(narrow.read(large(2000), 'wgs84')).rejects.toMatchObject({ code: 'busy' });
  await first;
});

test('who waits when it closes is told so', async () => {
  const { reader } = readerOf(WORKER);
  const reads = [reader.read(large(5000), 'wgs84'), reader.read(large(5000), 'wgs84')].map((read) =>
    read.catch((error) => error.code),
  );
  await reader.close();
  expect(await Promise.all(reads)).toEqual(['busy', 'busy']);
  await expect(reader.read(large(5000), 'wgs84')).rejects.toMatchObject({ code: 'busy' });
});
