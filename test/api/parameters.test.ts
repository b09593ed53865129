import { describe, expect, test } from 'vitest';
import { ApiError } from '../../api/http/errors.js';
import { readCursor, writeCursor } from '../../api/parameters.js';
import { startTestApi } from './support.js';

test('a cursor gives back the place that it was made of', () => {
  const place = [1_714_521_600_123, 7, '无锡\t"东方"'] as const;
  expect(readCursor('it', writeCursor('it', place), ['time', 'number', 'text'])).toEqual(place);
});

describe('what is no cursor of the list is refused', () => {
  test.each([
    ['another list', writeCursor('that', [1])],
    ['a text for a number', writeCursor('it', ['1'])],
    ['a negative number', writeCursor('it', [-1e9])],
    ['a part of a number', writeCursor('it', [1.5])],
    ['more than a number holds', writeCursor('it', [2 ** 60])],
    ['too much', writeCursor('it', [1, 2])],
    ['too little', writeCursor('it', [])],
    ['null', Buffer.from('["it",null]').toString('base64url')],
    ['no list', Buffer.from('7').toString('base64url')],
    ['no JSON', 'abc'],
  ])('%s', (_, cursor) => {
    expect(() => readCursor('it', cursor, ['number'])).toThrow(ApiError);
  });

  test.each([['abc', 9e15, -1, null].map((part) => JSON.stringify(['it', part]))].flat())('for a time: %s', (text) => {
    expect(() => readCursor('it', Buffer.from(text).toString('base64url'), ['time'])).toThrow(ApiError);
  });

  test('for a text: a number, or a character that no database holds', () => {
    for (const part of [7, 'a\0b'])
      expect(() => readCursor('it', writeCursor('it', [part]), ['text'])).toThrow(ApiError);
  });
});

test.each([
  ['/v1/vehicles', 'vehicles', [-1e15]],
  ['/v1/fences', 'fences', ['x']],
  ['/v1/alerts', 'alerts', ['soon', 'x']],
  ['/v1/alerts', 'alerts', [9e15, 'x']],
  ['/v1/commands', 'commands', [{}]],
  ['/v1/audit', 'audit', [1, 'x']],
  ['/v1/media', 'uploads', ['x', 1]],
  ['/v1/roads', 'roads', [1]],
  ['/v1/rules', 'rules', [[]]],
  ['/v1/webhooks', 'webhooks', [1]],
  ['/v1/quarantine', 'quarantine', [1, 2]],
  ['/v1/reports/daily', 'report', [0]],
  ['/v1/fences/consistency', 'consistency', [1]],
])('a cursor that was tampered with is the caller’s mistake: %s %s %j', async (path, kind, place) => {
  const api = await startTestApi();
  const cursor = Buffer.from(JSON.stringify([kind, ...place])).toString('base64url');
  const answer = await api.get(`${path}?cursor=${cursor}`);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error: { code: 'bad-request', details: [{ path: 'query.cursor' }] } });
});
