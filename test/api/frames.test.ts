import { expect, test } from 'vitest';
import { startTestApi } from './support.js';

test('the frames of a vehicle, page by page, as hex', async () => {
  const { frames, put, get } = await startTestApi();
  const { no } = put('v1');
  const at = Date.UTC(2025, 0, 1);
  frames.set(
    no,
    [0, 1, 2].map((n) => ({
      fixTime: at + n * 1000,
      receivedTime: at + n * 1000 + 500,
      source: 1,
      subSeq: 0,
      bytes: Buffer.from([0x7e, n, 0x7e]),
    })),
  );
  const path = '/v1/vehicles/v1/frames?from=2025-01-01T00:00:00Z&to=2025-01-02T00:00:00Z&limit=2';
  const page = (await (await get(path)).json()) as { items: object[]; cursor: string };
  expect(page.items).toEqual([
    { time: '2025-01-01T00:00:00.000Z', receivedAt: '2025-01-01T00:00:00.500Z', source: 'jt808', hex: '7e007e' },
    { time: '2025-01-01T00:00:01.000Z', receivedAt: '2025-01-01T00:00:01.500Z', source: 'jt808', hex: '7e017e' },
  ]);
  const rest = await (await get(`${path}&cursor=${page.cursor}`)).json();
  expect(rest).toMatchObject({ items: [{ hex: '7e027e' }], cursor: null });

  expect((await get('/v1/vehicles/nobody/frames')).status).toBe(404);
  expect((await get('/v1/vehicles/v1/frames?cursor=abc')).status).toBe(400);
});
