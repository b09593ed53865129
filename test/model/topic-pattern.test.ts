import { describe, expect, test } from 'vitest';
import { coversFilter, fillTopic, filterProblem, matchesTopic, TopicPattern } from '../../model/topic-pattern.js';

test.each([
  ['a/+/c', 'a/b/c', true],
  ['a/+/c', 'a/b/b/c', false],
  ['a/#', 'a/b/c', true],
  ['a/#', 'a', true],
  ['a/b/#', 'a', false],
  ['#', 'a/b', true],
  ['a/b', 'a/b', true],
  ['a/b', 'a/B', false],
  ['+', 'a/b', false],
  ['#', '$SYS/x', false],
  ['+/x', '$SYS/x', false],
  ['$SYS/#', '$SYS/x', true],
])('%s and %s: %s', (filter, topic, matches) => {
  expect(matchesTopic(filter, topic)).toBe(matches);
});

test.each([
  ['a/#', 'a/b', true],
  ['a/#', 'a/+/c', true],
  ['a/#', 'a/#', true],
  ['a/+', 'a/#', false],
  ['a/+', 'a/+', true],
  ['a/b', 'a/+', false],
  ['a/+/c', 'a/b', false],
  ['#', '$SYS/x', false],
  ['#', '$share/g/a', false],
])('%s covers %s: %s', (wider, filter, covers) => {
  expect(coversFilter(wider, filter)).toBe(covers);
});

test.each(['', 'a/#/b', 'a/b#', 'a/+b', 'a\u0000', 'a/'.repeat(100)])('%j is no filter', (filter) => {
  expect(filterProblem(filter)).not.toBeNull();
});

describe('patterns with names', () => {
  test('what stands at a named level', () => {
    const pattern = new TopicPattern('fleet/{terminal}/+/{client}/up');
    expect(pattern.filter).toBe('fleet/+/+/+/up');
    expect(pattern.match('fleet/A/x/c/up')).toEqual({ terminal: 'A', client: 'c' });
    expect(pattern.match('fleet/A/x/c/down')).toBeNull();
    expect(fillTopic('fleet/{terminal}/{other}/dn', { terminal: 'A' })).toBe('fleet/A/{other}/dn');
  });

  test.each(['a/{b}c', 'a/{b}/{b}', 'a/{B-}', '#/a'])('%s is none', (text) => {
    expect(() => new TopicPattern(text)).toThrow(RangeError);
  });
});
