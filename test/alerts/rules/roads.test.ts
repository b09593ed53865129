import { describe, expect, test } from 'vitest';
import { Engine } from '../../../engine.js';
import { readConditionalLimits } from '../../../geo/conditional-limits.js';
import type { Road } from '../../../model/road.js';
import type { VehicleCategory } from '../../../model/vehicle.js';
import type { WeatherInput } from '../../../model/weather.js';
import { ruleOf } from '../defined-support.js';
import { fixOf, Story, square, TEN } from '../support.js';

/** 0.0001° is about 11 m; the roads run east, the second one 66 m north of the first. */
function road(id: string, y: number, limits: Road['limits'], others: Partial<Road> = {}): Road {
  const facts = { set: 's', revision: 1, name: null, highway: null, oneWay: null };
  return { id, ...facts, limits, lines: [[0, y, 2, y]], ...others };
}

const street = road('street', 0.5, { maxspeed: 60 });
const motorway = road('motorway', 0.5006, { maxspeed: 120 }, { highway: 'motorway', oneWay: 'forward' });

function story(params: object = {}, roads: Road[] = [street, motorway], category: VehicleCategory = 'coach'): Story {
  const made = new Story().settings({}).vehicle(1, 'v1', category);
  if (roads.length > 0) made.change({ type: 'roads-put', roads });
  ruleOf(made, 'road-speed', params);
  return made;
}

/** Eastwards, a fix each 10 s. */
function drive(made: Story, from: number, to: number, speed: number, lat = 0.5, heading = 90): Story {
  for (let at = from; at <= to; at += 10) {
    made.log.fix(Object.assign(fixOf(1, { at, speed, lat, lon: 0.5 + at * 2e-4 }), { headingDeg: heading }));
  }
  return made;
}

const foggy = (others: Partial<WeatherInput> = {}): WeatherInput => ({
  kind: 'fog',
  visibility: 80,
  limit: null,
  area: square(0, 0) as WeatherInput['area'],
  from: TEN,
  to: TEN + 3_600_000,
  note: null,
  ...others,
});
const declare = (made: Story, input: WeatherInput) =>
  made.change({ type: 'weather-put', weather: { ...input, id: 'w', revision: 9, createdAt: 0, updatedAt: 0 } });

describe('road-speed', () => {
  test('the limit is that of the road that the vehicle is on, and the evidence says which', () => {
    expect(drive(story(), 0, 60, 80, 0.5006).tell()).toEqual([]);
    const fast = drive(story(), 0, 60, 80);
    expect(fast.tell()).toEqual(['raised road-speed v1 10:00:00']);
    expect(fast.transitions[0].alert.evidence).toMatchObject({
      checks: [{ what: 'speed', value: 80, threshold: 60 }, { what: 'duration' }],
      road: { id: 'street', revision: 1, limit: 60, from: 'maxspeed', metres: 0, confidence: 1 },
    });
  });

  test('the evidence has the peak of the excess', () => {
    const made = drive(story(), 0, 10, 80);
    drive(made, 20, 20, 95);
    drive(made, 30, 60, 80).tell();
    expect(made.transitions[0].alert.evidence).toMatchObject({ fixes: { peak: { speed: 95 } } });
    drive(made, 70, 140, 50).tell();
    expect(made.transitions[0].alert.evidence).toMatchObject({ end: { fixes: { peak: { speed: 95 } } } });
  });

  test('one stray fix on the road beside changes nothing', () => {
    const fast = drive(story(), 0, 20, 80);
    drive(fast, 30, 30, 80, 0.50055); // on the motorway
    drive(fast, 40, 40, 80);
    drive(fast, 50, 50, 80, 0.501); // on none
    expect(drive(fast, 60, 60, 80).tell()).toEqual(['raised road-speed v1 10:00:00']);
    drive(fast, 70, 140, 80, 0.5006); // two of them are another road
    expect(fast.tell()).toEqual(['cleared road-speed v1 10:02:10']);
  });

  test('roads come and go while vehicles drive', () => {
    const made = drive(story({}, []), 0, 60, 80);
    expect(made.tell()).toEqual([]);
    made.change({ type: 'roads-put', roads: [street] });
    expect(drive(made, 70, 130, 80).tell()).toEqual(['raised road-speed v1 10:01:10']);
    made.change({ type: 'road-set-delete', set: 's', before: 99 });
    expect(drive(made, 140, 220, 80).tell()).toEqual(['cleared road-speed v1 10:03:20']);
  });

  test('an engine that is restored knows the roads and the weather', () => {
    const made = declare(story({}, [{ ...motorway, lines: [[0, 0.5, 2, 0.5]] }]), foggy());
    expect(drive(made, 0, 20, 50).tell()).toEqual([]);
    made.engine = Engine.from(made.engine.snapshot()) as Engine;
    expect(drive(made, 30, 60, 50).tell()).toEqual(['raised road-speed v1 10:00:00']);
  });

  test('what a class of road usually has counts where nobody states a limit, and can be told', () => {
    const primary = road('p', 0.5, {}, { highway: 'primary' });
    const fast = drive(story({}, [primary]), 0, 60, 80);
    expect(fast.tell()).toEqual(['raised road-speed v1 10:00:00']);
    expect(fast.transitions[0].alert.evidence.road).toMatchObject({ limit: 70, from: 'highway', confidence: 0.7 });
    expect(drive(story({ usual: { primary: 90 } }, [primary]), 0, 60, 80).tell()).toEqual([]);
    expect(drive(story({}, [road('t', 0.5, {}, { highway: 'track' })]), 0, 60, 200).tell()).toEqual([]);
  });

  test('a kind of vehicle has limits of its own', () => {
    const wide = road('wide', 0.5, { maxspeed: 100, 'maxspeed:hgv': 70 });
    expect(drive(story({}, [wide], 'truck'), 0, 60, 80).tell()).toHaveLength(1);
    expect(drive(story({}, [wide], 'coach'), 0, 60, 80).tell()).toEqual([]);
    const most = { atMost: { 'dangerous-goods': 60 } };
    const goods = drive(story(most, [road('wide', 0.5, { maxspeed: 100 })], 'dangerous-goods'), 0, 60, 65);
    expect(goods.tell()).toHaveLength(1);
    expect(goods.transitions[0].alert.evidence.checks).toMatchObject([{ what: 'speed of dangerous-goods' }, {}]);
  });

  test('the direction has a say', () => {
    const ways = road('ways', 0.5, { 'maxspeed:forward': 100, 'maxspeed:backward': 40 });
    expect(drive(story({}, [ways]), 0, 60, 60).tell()).toEqual([]);
    expect(drive(story({}, [ways]), 0, 60, 60, 0.5, 270).tell()).toHaveLength(1);
  });

  test('a condition of the hour or the weather gives the limit while it holds, and the evidence says which', () => {
    const conditional: Road['conditional'] = {
      maxspeed: readConditionalLimits('50 @ (Su 09:00-11:00); 40 @ wet; 20 @ (weight>7.5)').limits,
    };
    const made = story({}, [{ ...street, conditional }]);
    made.engine = Engine.from(made.engine.snapshot()) as Engine;
    expect(drive(made, 0, 60, 55).tell()).toEqual(['raised road-speed v1 10:00:00']);
    expect(made.transitions[0].alert.evidence).toMatchObject({
      checks: [{ what: 'speed', value: 55, threshold: 50 }, {}],
      road: { limit: 50, from: 'maxspeed:conditional', condition: '50 @ (Su 09:00-11:00)' },
    });
    const rain = declare(story({}, [{ ...street, conditional }]), foggy({ kind: 'rain', visibility: null }));
    expect(drive(rain, 0, 60, 45).tell()).toHaveLength(1);
    expect(rain.transitions[0].alert.evidence.road).toMatchObject({ limit: 40, condition: '40 @ wet' });
    expect(drive(story({}, [{ ...street, conditional }]), 0, 60, 45).tell()).toEqual([]);
    expect(drive(story({}, [{ ...street, conditional }]), 3600, 3660, 55).tell()).toEqual([]);
  });

  test('at night a share of it', () => {
    const night = { night: { from: '09:00', to: '11:00', factor: 0.5 } };
    const dark = drive(story(night), 0, 60, 40);
    expect(dark.tell()).toHaveLength(1);
    expect(dark.transitions[0].alert.evidence.checks).toMatchObject([{ what: 'speed at night', threshold: 30 }, {}]);
  });
});

describe('weather', () => {
  test.each([
    [{ visibility: 199 }, 60],
    [{ visibility: 99 }, 40],
    [{ visibility: 49 }, 20],
    [{ visibility: 300, kind: 'ice' as const }, 30],
    [{ visibility: null, limit: 50 }, 50],
  ])('on a motorway with %j: %i km/h', (weather, limit) => {
    const only = [{ ...motorway, lines: [[0, 0.5, 2, 0.5]] }];
    expect(drive(declare(story({}, only), foggy(weather)), 0, 60, limit).tell()).toEqual([]);
    const fast = drive(declare(story({}, only), foggy(weather)), 0, 60, limit + 1);
    expect(fast.tell()).toHaveLength(1);
    expect(fast.transitions[0].alert.evidence).toMatchObject({
      checks: [{ what: `speed in ${'kind' in weather ? weather.kind : 'fog'}`, threshold: limit }, {}],
      weather: { id: 'w', revision: 9 },
    });
  });

  test('elsewhere only the law for all roads counts, and a higher limit never does', () => {
    expect(drive(declare(story({}, [street]), foggy({ visibility: 80 })), 0, 60, 60).tell()).toEqual([]);
    expect(drive(declare(story({}, [street]), foggy({ visibility: 50 })), 0, 60, 31).tell()).toHaveLength(1);
    expect(drive(declare(story({}, [street]), foggy({ limit: 100 })), 0, 60, 70).tell()).toHaveLength(1);
  });

  test('only there, only then, and not after it is removed', () => {
    const away = declare(story({}, [motorway]), foggy({ area: square(5, 5) as WeatherInput['area'] }));
    expect(drive(away, 0, 60, 80, 0.5006).tell()).toEqual([]);
    const over = declare(story({}, [motorway]), foggy({ to: TEN }));
    expect(drive(over, 0, 60, 80, 0.5006).tell()).toEqual([]);
    const gone = declare(story({}, [motorway]), foggy()).change({ type: 'weather-delete', id: 'w' });
    expect(drive(gone, 0, 60, 80, 0.5006).tell()).toEqual([]);
  });

  test('a limit of a rule, for a motorway or not', () => {
    const made = (motorways: boolean) => {
      const limited = new Story().settings({}).vehicle(1, 'v1', 'coach');
      ruleOf(limited, 'speed-limit', { limit: 100, motorway: motorways });
      return drive(declare(limited, foggy()), 0, 60, 50);
    };
    expect(made(false).tell()).toEqual([]);
    expect(made(true).tell()).toEqual(['raised speed-limit v1 10:00:00']);
  });
});

describe('corridors', () => {
  /** East for 0.01°, then on for another, with a limit of its own. */
  const route = {
    type: 'LineString' as const,
    coordinates: [
      [0.5, 0.5],
      [0.51, 0.5],
      [0.52, 0.5],
    ],
  };
  const fenced = (limit: number | (number | null)[], others: object = {}) =>
    new Story()
      .settings({})
      .vehicle(1, 'v1', 'coach')
      .fence(1, 'route', route, [{ type: 'overspeed', limit }], { width: [40, 400], ...others });

  test('the limit is that of the segment, and the evidence says which', () => {
    // At 50 s it is at the corner, which both have.
    const fast = drive(fenced([90, 60]), 0, 100, 80);
    expect(fast.tell()).toEqual(['raised overspeed v1 route 10:01:00']);
    expect(fast.transitions[0].alert.evidence).toMatchObject({
      checks: [{ value: 80, threshold: 60 }, {}],
      segment: 1,
    });
    expect(drive(fenced([null, 90]), 0, 100, 80).tell()).toEqual([]);
    expect(drive(fenced(70), 0, 100, 80).tell()).toEqual(['raised overspeed v1 route 10:00:00']);
  });

  test('weather lowers the limit of a fence and of a kind of vehicle', () => {
    const fence = drive(declare(fenced(90), foggy({ limit: 50 })), 0, 40, 60);
    expect(fence.tell()).toEqual(['raised overspeed v1 route 10:00:00']);
    expect(fence.transitions[0].alert.evidence).toMatchObject({
      checks: [{ threshold: 50 }, {}],
      weather: { id: 'w' },
    });
    const kind = new Story().settings({ coach: 100 }).vehicle(1, 'v1', 'coach');
    expect(drive(declare(kind, foggy({ visibility: 50 })), 0, 60, 40).tell()).toEqual(['raised overspeed v1 10:00:00']);
  });

  test('who is too far from a narrow segment has left the route, on a wide one not', () => {
    const off = (lat: number) => {
      const made = fenced([null, 200]);
      ruleOf(made, 'route-deviation', {}, { scope: { fences: ['route'] } });
      return drive(made, 0, 100, 50, lat);
    };
    expect(off(0.5001).tell()).toEqual([]);
    const left = off(0.5005); // 55 m
    // By then the edge of the second segment, 200 m from its line, is the nearer one; at 50 s it is inside that.
    expect(left.tell()).toEqual(['raised route-deviation v1 10:00:00', 'cleared route-deviation v1 10:00:50']);
    expect(left.transitions[0].alert.evidence).toMatchObject({
      route: 'route',
      segment: 1,
      checks: [{ threshold: 200 }, {}],
    });
  });

  test('a route may be of several fences, and one that has none is left by nobody', () => {
    const made = fenced([null, 200]).fence(2, 'depot', square(0.4, 0.4), []);
    ruleOf(made, 'route-deviation', {}, { scope: { fences: ['route', 'depot'] } });
    expect(drive(made, 0, 100, 50, 0.6).tell()).toEqual([]);
    made.change({ type: 'fence-delete', no: 2 });
    expect(drive(made, 110, 200, 50, 0.6).tell()).toEqual(['raised route-deviation v1 10:01:50']);
    made.change({ type: 'fence-delete', no: 1 });
    expect(drive(made, 210, 300, 50, 0.6).tell()).toEqual(['cleared route-deviation v1 10:01:50 fence-removed']);
  });
});
