import { deserialize, serialize } from 'node:v8';
import { expect, test } from 'vitest';
import type { PlaceRing } from '../../../alerts/memory/place-ring.js';
import type { TroddenPlaces } from '../../../alerts/memory/trodden-places.js';
import { Engine } from '../../../engine.js';
import { ruleOf } from '../defined-support.js';
import { Story } from '../support.js';

type Entries = [key: string, value: unknown][];

/** As far as it is of another form in checkpoints of before. */
interface Checkpoint {
  version: number;
  memories: {
    vehicles: [number, { rules: Map<string, { own: { ring: PlaceRing | string[] } }> | null }][];
    shared: Entries | { young: Entries; old: Entries };
  };
}

function textsOf({ steps, count, next }: PlaceRing): string[] {
  const capacity = steps.length / 2;
  return Array.from({ length: count }, (_, i) => {
    const at = (next + capacity - count + i) % capacity;
    return `${steps[2 * at]},${steps[2 * at + 1]}`;
  });
}

/** The same by place, in the order of the visits. */
function mapOf({ x, y, no, time, newer, oldest }: TroddenPlaces): Map<string, [number, number]> {
  const map = new Map<string, [number, number]>();
  for (let slot = oldest; slot; slot = newer[slot]) map.set(`${x[slot]},${y[slot]}`, [no[slot], time[slot]]);
  return map;
}

/** A checkpoint as version 2 had it. */
function asVersion2(bytes: Buffer): Buffer {
  const checkpoint = deserialize(bytes) as Checkpoint;
  checkpoint.version = 2;
  for (const [, { rules }] of checkpoint.memories.vehicles) {
    const known = rules?.get('rule:fabricated-data')?.own;
    if (known) known.ring = textsOf(known.ring as PlaceRing);
  }
  const { young, old } = checkpoint.memories.shared as { young: Entries; old: Entries };
  checkpoint.memories.shared = [...old, ...young];
  for (const entry of checkpoint.memories.shared) {
    if (entry[0] === 'rule:fabricated-data trodden') entry[1] = mapOf(entry[1] as TroddenPlaces);
    if (entry[0] === 'rule:gathering places') {
      const { places, newest } = entry[1] as { places: Map<number, object>; newest: { no: number } | null };
      entry[1] = new Map([...places, ...(newest ? [[newest.no, newest] as const] : [])]);
    }
  }
  return serialize(checkpoint);
}

const road = (n: number) => ({ lon: 0.5 + n * 0.00137, lat: 0.5 + (n % 7) * 1e-5 });

/** Half of the story: a track that is copied and looped, and a gathering. */
function half(): Story {
  const story = new Story();
  for (let no = 1; no <= 6; no++) story.vehicle(no, `v${no}`, 'taxi');
  ruleOf(story, 'fabricated-data', { loopFixes: 30 });
  ruleOf(story, 'gathering', { count: 3, radius: 200 });
  for (let i = 0; i < 60; i++) {
    story.fixes(1, { at: i * 10, ...road(i), speed: 50 }).fixes(4, { at: i * 10 + 1, ...road(i % 20), speed: 50 });
    for (const no of [2, 3, 5]) story.fixes(no, { at: i * 10 + no, lon: 2 + no * 1e-5, lat: 2, speed: 0 });
  }
  story.tell();
  return story;
}

function otherHalf(story: Story): string[] {
  for (let i = 0; i < 60; i++) {
    story.fixes(6, { at: 600 + i * 10, ...road(i), speed: 50 });
    story.fixes(4, { at: 600 + i * 10 + 1, ...road(i % 20), speed: 50 });
    const gone = i > 30 ? 0.5 : 0;
    for (const no of [2, 3, 5]) story.fixes(no, { at: 600 + i * 10 + no, lon: 2 + gone * no, lat: 2, speed: 0 });
  }
  return story.tell();
}

test('a checkpoint of version 2 goes on as one of today does', () => {
  const told = otherHalf(half());
  expect(told.some((line) => /^raised fabricated-data v6/.test(line))).toBe(true);
  expect(told.some((line) => /^cleared gathering/.test(line))).toBe(true);
  for (const form of [asVersion2, (bytes: Buffer) => bytes]) {
    const story = half();
    story.engine = Engine.from(form(story.engine.snapshot())) as Engine;
    expect(otherHalf(story)).toEqual(told);
  }
});

test('one of a later version is not read', () => {
  const checkpoint = deserialize(new Engine().snapshot()) as Checkpoint;
  expect(Engine.from(serialize({ ...checkpoint, version: checkpoint.version + 1 }))).toBeNull();
});
