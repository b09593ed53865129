import { expect, test } from 'vitest';
import { SilentLinks } from '../../../ingest/mqtt/silent-links.js';

const MINUTE = 60_000;

function links(max: number) {
  const closed: string[] = [];
  const made: string[] = [];
  const held = new SilentLinks<string>((name) => closed.push(name), max);
  const heard = (name: string, minute: number) =>
    held.heard(name, minute * MINUTE, () => {
      made.push(name);
      return name;
    });
  return { held, heard, closed, made };
}

test('whoever was heard of longest ago makes room; in order to the minute while there is some', () => {
  const { held, heard, closed, made } = links(2);
  heard('a', 0);
  heard('a', 0.9); // keeps its place
  heard('b', 0.9);
  expect(heard('a', 2)).toBe('a');
  heard('c', 2.5);
  expect([made, closed, held.size]).toEqual([['a', 'b', 'c'], ['b'], 2]);
  heard('a', 2.9);
  heard('d', 3);
  expect(closed).toEqual(['b', 'c']);
});

test('silent for an hour is gone; the others are told of the time', () => {
  const { held, heard, closed } = links(10);
  heard('a', 0);
  heard('b', 0);
  for (let minute = 0; minute <= 60; minute += 0.5) heard('b', minute);
  const others: string[] = [];
  held.sweep(60.1 * MINUTE, (link) => others.push(link));
  expect([closed, others]).toEqual([['a'], ['b']]);
  held.closeAll();
  expect([closed, held.size]).toEqual([['a', 'b'], 0]);
});
