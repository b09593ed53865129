import { expect, test } from 'vitest';
import { z } from 'zod';
import { shaped } from '../../model/shape-problems.js';

const SHAPE = z.strictObject({
  name: z.string().min(1).max(3).optional(),
  limit: z.number().min(1).max(300),
  count: z.int().optional(),
  share: z.number().gt(0).lt(1).optional(),
  on: z.boolean().optional(),
  days: z.array(z.int().min(1)).min(1).max(2).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  day: z.iso.date().optional(),
  kind: z.enum(['a', 'b']).optional(),
  hour: z
    .string()
    .regex(/^\d\d$/, 'must be HH')
    .optional(),
  width: z.union([z.number(), z.array(z.number())]).optional(),
});

test.each([
  [undefined, 'body: is needed'],
  [null, 'body: must be an object, not null'],
  [[], 'body: must be an object, not a list'],
  [{}, 'body.limit: is needed'],
  [{ limit: '60' }, 'body.limit: must be a number, not text'],
  [{ limit: 0 }, 'body.limit: must be 1 or more'],
  [{ limit: 301 }, 'body.limit: must be 300 or less'],
  [{ limit: 1, name: '' }, 'body.name: must have at least 1 character'],
  [{ limit: 1, name: 'four' }, 'body.name: must have at most 3 characters'],
  [{ limit: 1, count: 1.5 }, 'body.count: must be a whole number, not 1.5'],
  [{ limit: 1, share: 0 }, 'body.share: must be more than 0'],
  [{ limit: 1, share: 1 }, 'body.share: must be less than 1'],
  [{ limit: 1, on: 'yes' }, 'body.on: must be true or false, not text'],
  [{ limit: 1, days: [] }, 'body.days: needs at least 1'],
  [{ limit: 1, days: [1, 2, 3] }, 'body.days: takes at most 2'],
  [{ limit: 1, days: [1, 0] }, 'body.days[1]: must be 1 or more'],
  [{ limit: 1, days: {} }, 'body.days: must be a list, not an object'],
  [{ limit: 1, from: '2026' }, 'body.from: must be a time with its offset, such as 2026-03-01T08:00:00+08:00'],
  [{ limit: 1, day: '1.3.' }, 'body.day: must be a day, such as 2026-03-01'],
  [{ limit: 1, kind: 'c' }, 'body.kind: one of: a, b'],
  [{ limit: 1, hour: 'x' }, 'body.hour: must be HH'],
  [{ limit: 1, width: [1, 'x'] }, 'body.width[1]: must be a number, not text'],
])('%j', (value, told) => {
  const outcome = shaped(SHAPE, value, 'body');
  expect('problems' in outcome && outcome.problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([told]);
});

test('what nobody knows is named, with what is known there; the whole may have no name', () => {
  const known = Object.keys(SHAPE.shape).join(', ');
  expect(shaped(SHAPE, { limit: 1, lim: 2 }, '')).toEqual({
    problems: [{ path: 'lim', message: `not known here; allowed: ${known}` }],
  });
});

test('of forms that a member tells apart, the member is named with what it may be', () => {
  const forms = z.discriminatedUnion('a', [z.object({ a: z.literal('x') }), z.object({ a: z.enum(['y', 'z']) })]);
  expect(shaped(forms, { a: 'w' }, 'body')).toEqual({ problems: [{ path: 'body.a', message: 'one of: x, y, z' }] });
});

test('what fits comes back as the schema makes it', () => {
  expect(shaped(z.strictObject({ a: z.number().default(7) }), {}, '')).toEqual({ value: { a: 7 } });
});
