import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FixFacts } from '../../../alerts/fix-facts.js';
import { NewestPlaces } from '../../../alerts/memory/newest-places.js';
import type { RuleInput, Say } from '../../../alerts/rule.js';
import { type TimedMemory, TimedRule } from '../../../alerts/rule-book/timed-rule.js';
import type { RuleKind } from '../../../alerts/rule-kind.js';
import { gathering } from '../../../alerts/rules/gathering.js';
import { distanceM } from '../../../geo/distance.js';
import type { RuleDefinition } from '../../../model/rule.js';
import type { Vehicle } from '../../../model/vehicle.js';
import { TEN } from '../support.js';
import { plainGathering } from './plain-gathering.js';

const vehicles = Array.from({ length: 200 }, (_, i) => ({ no: i + 1, id: `v${i + 1}`, category: 'taxi' }) as Vehicle);

/** A rule over a fleet, with what it says; `near` and `seek` as it is given them. */
class Fleet {
  readonly said: object[] = [];
  readonly last = new Map<number, FixFacts>();
  readonly #memories = new Map<number, TimedMemory>();
  readonly #shared = new Map<string, unknown>();
  readonly #rule: TimedRule;

  constructor(
    kind: RuleKind,
    params: object,
    minDuration: number,
    readonly ways: (fleet: Fleet, no: number) => Pick<RuleInput, 'near' | 'seek'>,
  ) {
    const definition = { type: 'gathering', scope: {}, schedule: {}, timing: { minDuration }, enabled: true };
    const rest = { effectiveFrom: null, effectiveTo: null, clause: null };
    this.#rule = new TimedRule(
      'rule:g',
      { ...definition, ...rest } as unknown as RuleDefinition,
      null,
      kind.build(kind.params.parse(params), [], ''),
      kind,
    );
  }

  fix(no: number, facts: FixFacts): void {
    this.#passTime(facts.time);
    const vehicle = vehicles[no - 1];
    const other = (asked: number) => {
      const last = this.last.get(asked);
      const raised = this.#memories.get(asked)?.raised ?? false;
      return last ? { vehicle: vehicles[asked - 1], last, card: null, meant: true, raised } : null;
    };
    const fix = { quality: 0 };
    const input = {
      vehicle,
      fix,
      facts,
      previous: this.last.get(no) ?? null,
      inside: true,
      other,
      shared: this.#shared,
    };
    this.#keep(
      no,
      this.#rule.judge(
        { ...input, ...this.ways(this, no) } as unknown as RuleInput,
        this.#memories.get(no),
        this.#say(no),
      ),
    );
    this.last.set(no, facts);
  }

  #passTime(time: number): void {
    for (const [no, memory] of [...this.#memories]) {
      const at = memory.due ?? Infinity;
      if (at < time) this.#keep(no, this.#rule.tick(at, this.last.get(no) as FixFacts, memory, this.#say(no)));
    }
  }

  #keep(no: number, memory: TimedMemory | undefined): void {
    if (memory) this.#memories.set(no, memory);
    else this.#memories.delete(no);
  }

  #say(no: number): Say {
    return {
      raise: (onset, evidence) => this.said.push({ raised: no, onset, evidence }),
      clear: (evidence, reason) => this.said.push({ cleared: no, evidence, reason }),
      changed: () => {},
    };
  }
}

const isNear = (fleet: Fleet, lon: number, lat: number, metres: number, except: number) =>
  [...fleet.last]
    .filter(([no, there]) => no !== except && distanceM(lon, lat, there.lon, there.lat) <= metres)
    .map(([no]) => no)
    .sort((a, b) => a - b);

const event = fc.record({
  /** Some send often, and most now and then. */
  no: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 200 })),
  depot: fc.constantFrom(0, 0, 0, 1),
  east: fc.integer({ min: -20, max: 20 }),
  up: fc.integer({ min: -20, max: 20 }),
  speed: fc.constantFrom(0, 0, 0, 30),
  after: fc.constantFrom(0, 1, 1, 2, 30),
});

test('the same alerts, with the same evidence, as when everybody near is counted with every fix', () => {
  let raised = 0;
  let cleared = 0;
  const days = fc.record({
    events: fc.array(event, { minLength: 300, maxLength: 700 }),
    count: fc.constantFrom(2, 5, 20),
    radius: fc.constantFrom(50, 200, 1500),
    freshSeconds: fc.constantFrom(20, 120, 600),
    minDuration: fc.constantFrom(0, 30),
  });
  fc.assert(
    fc.property(days, ({ events, minDuration, ...params }) => {
      const places = new NewestPlaces();
      const fleet = new Fleet(gathering, params, minDuration, (_, own) => ({
        near: (lon, lat, metres) => places.near(lon, lat, metres, own),
        seek: (lon, lat, metres, since, isEnough) =>
          places.seek(lon, lat, metres, since, (no) => no !== own && isEnough(no)),
      }));
      const plain = new Fleet(plainGathering, params, minDuration, (all, own) => ({
        near: (lon, lat, metres) => isNear(all, lon, lat, metres, own),
        seek: () => {
          throw new Error('never asked');
        },
      }));
      let time = TEN;
      for (const [seq, { no, depot, east, up, speed, after }] of events.entries()) {
        time += after * 1000;
        const [lon, lat] = [120.1 + depot * 0.01 + east * 1e-4, 31.4 + up * 1e-4];
        const facts = { time, subSeq: 0, seq, lon, lat, speed, quality: 0 };
        fleet.fix(no, facts);
        plain.fix(no, facts);
        places.put(no, lon, lat, time);
      }
      expect(fleet.said).toEqual(plain.said);
      raised += plain.said.filter((each) => 'raised' in each).length;
      cleared += plain.said.filter((each) => 'cleared' in each).length;
    }),
    { seed: 5, numRuns: 60 },
  );
  expect([raised > 100, cleared > 50]).toEqual([true, true]);
});
