import { describe, expect, test } from 'vitest';
import { ruleOf, tick } from '../defined-support.js';
import { Story, TEN } from '../support.js';

function story(type: string, params: object = {}, others: object = {}): Story {
  const made = new Story();
  for (let no = 1; no <= 6; no++) made.vehicle(no, `v${no}`, no === 6 ? 'truck' : 'taxi');
  ruleOf(made, type, params, others);
  return made;
}

test('offline: found by the tick, over with the next fix', () => {
  const silent = story('offline', { seconds: 600 }).fixes(1, { at: 0 });
  expect(tick(silent, 600).tell()).toEqual([]);
  expect(tick(silent, 605).tell()).toEqual(['raised offline v1 10:00:00']);
  expect(tick(silent, 4000).tell()).toEqual([]);
  expect(silent.fixes(1, { at: 4100 }).tell()).toEqual(['cleared offline v1 11:08:20']);
  expect(tick(silent, 4702).tell()).toEqual(['raised offline v1 11:08:20']);
});

test('offline-displacement: comes back elsewhere', () => {
  const moved = story('offline-displacement', { seconds: 600, metres: 2000 });
  moved.fixes(1, { at: 0, lon: 0 }, { at: 700, lon: 0.001 }, { at: 1400, lon: 0.05 }, { at: 1410, lon: 0.05 });
  expect(moved.tell()).toEqual(['raised offline-displacement v1 10:23:20', 'cleared offline-displacement v1 10:23:30']);
});

describe('gathering', () => {
  const gather = () =>
    story('gathering', { count: 3, radius: 200, categories: ['taxi'] }, { timing: { minDuration: 0 } });

  test('one alert for all, until they disperse', () => {
    const crowd = gather().fixes(1, { at: 0 }).fixes(2, { at: 1, lon: 0.5005 }).fixes(6, { at: 2 });
    expect(crowd.tell()).toEqual([]); // the third is a truck
    expect(crowd.fixes(3, { at: 3, lon: 0.501 }).fixes(4, { at: 4 }).tell()).toEqual(['raised gathering v3 10:00:03']);
    expect(crowd.transitions[0].alert.evidence).toMatchObject({ members: ['v1', 'v2'] });
    crowd.fixes(1, { at: 60, lon: 0.6 }).fixes(2, { at: 61, lon: 0.7 }).fixes(3, { at: 62, lon: 0.501 });
    expect(crowd.tell()).toEqual(['cleared gathering v3 10:01:02']);
  });

  test('who stands for it may drive away: it is one gathering, until it disperses', () => {
    const crowd = gather();
    for (const no of [1, 2, 3, 4]) crowd.fixes(no, { at: no, lon: 0.5 + no * 0.0002, speed: 0 });
    expect(crowd.tell()).toEqual(['raised gathering v3 10:00:03']);
    crowd.fixes(3, { at: 60, lon: 0.6 });
    for (const no of [1, 2, 4]) crowd.fixes(no, { at: 60 + no, lon: 0.5 + no * 0.0002, speed: 0 });
    expect(crowd.tell()).toEqual([]);
    crowd.fixes(1, { at: 120, lon: 0.7 }).fixes(3, { at: 121, lon: 0.65 });
    expect(crowd.tell()).toEqual(['cleared gathering v3 10:02:01']);
    expect(crowd.transitions[0].alert.evidence.end).toMatchObject({ members: ['v2', 'v4'], checks: [{ value: 2 }] });
  });

  test('where who stands for it falls silent, another one does', () => {
    const crowd = gather();
    for (const no of [1, 2, 3, 4]) crowd.fixes(no, { at: no, lon: 0.5 + no * 0.0002, speed: 0 });
    for (const no of [1, 2, 4]) crowd.fixes(no, { at: 250 + no, lon: 0.5 + no * 0.0002, speed: 0 });
    tick(crowd, 310);
    expect(crowd.tell()).toEqual(['raised gathering v3 10:00:03', 'cleared gathering v3 10:05:03']);
    expect(crowd.fixes(4, { at: 320, lon: 0.5008, speed: 0 }).tell()).toEqual(['raised gathering v4 10:05:20']);
  });

  test('who was last heard of long ago is not counted', () => {
    const crowd = gather().fixes(1, { at: 0 }).fixes(2, { at: 1 }).fixes(3, { at: 400 });
    expect(crowd.tell()).toEqual([]);
  });
});

describe('plate-watch', () => {
  const watch = (plates: string[], lookAlike = false) => {
    const listed = new Story();
    const vehicle = { no: 1, id: 'v1', plate: '苏B5A08D', plateColor: 2, category: 'taxi' as const };
    const others = { company: null, region: null, terminals: [], createdAt: TEN };
    listed.change({ type: 'vehicle-put', vehicle: { ...vehicle, ...others } });
    ruleOf(listed, 'plate-watch', { plates, lookAlike });
    return listed.fixes(1, { at: 0 }).tell();
  };

  test.each([
    [['苏B5A08D'], false, 1],
    [['苏b·5a08d'], false, 1],
    [['苏B5A080'], false, 0],
    [['苏BSA0B0'], true, 1],
    [['苏BSA0C0'], true, 0],
    [['苏BSAO80'], true, 1],
    [['苏B5???D'], false, 1],
    [['苏*8?'], false, 1],
    [['苏*8'], false, 0],
    [['沪A12345', '苏*'], false, 1],
    [['苏Ｂ５Ａ０８Ｄ'], false, 1], // at full width
    [['苏B5？？？D'], false, 1],
  ] as const)('%j, look-alikes %s: %i', (plates, lookAlike, alerts) => {
    expect(watch([...plates], lookAlike)).toHaveLength(alerts);
  });
});

describe('fabricated-data', () => {
  const road = (n: number) => ({
    lon: 0.5 + n * 0.001 + ((n * 7919) % 13) * 1e-6,
    lat: 0.5 + ((n * 104729) % 17) * 1e-6,
  });

  test('frozen: the same place to the last digit, with speed', () => {
    const fake = story('fabricated-data').fixes(1, { at: 0, ...road(1) });
    for (let i = 1; i <= 10; i++) fake.fixes(1, { at: i * 10, ...road(2), speed: 50 });
    expect(fake.tell()).toEqual([]);
    expect(fake.fixes(1, { at: 110, ...road(2), speed: 50 }).tell()).toEqual(['raised fabricated-data v1 10:00:20']);
    // Silent for so long that this event is over; what goes on behind it is another one.
    fake.fixes(1, { at: 900, ...road(2), speed: 50 });
    expect(fake.tell()).toEqual(['cleared fabricated-data v1 10:08:50 silent', 'raised fabricated-data v1 10:15:00']);
    const parked = story('fabricated-data');
    for (let i = 0; i <= 50; i++) parked.fixes(1, { at: i * 10, ...road(2), speed: 0 });
    expect(parked.tell()).toEqual([]);
  });

  test('looped: the same run of places again and again', () => {
    const fake = story('fabricated-data');
    for (let i = 0; i < 60; i++) fake.fixes(1, { at: i * 10, ...road(i % 15), speed: 50 });
    expect(fake.tell()).toEqual(['raised fabricated-data v1 10:02:30']); // the first of the second round
    expect(fake.transitions[0].alert.evidence).toMatchObject({ period: 15 });
  });

  test('cloned: where another vehicle just was', () => {
    const fake = story('fabricated-data');
    for (let i = 0; i < 10; i++)
      fake.fixes(1, { at: i * 10, ...road(i), speed: 50 }).fixes(2, { at: i * 10 + 2, ...road(i), speed: 50 });
    expect(fake.tell()).toEqual([]);
    fake.fixes(1, { at: 100, ...road(10), speed: 50 }).fixes(2, { at: 102, ...road(10), speed: 50 });
    expect(fake.tell()).toEqual(['raised fabricated-data v2 10:00:12']);
    expect(fake.transitions[0].alert.evidence).toMatchObject({ twin: 'v1' });
  });
});

test('time-shifted: what another vehicle drove ten minutes before; who follows it on the same road is no copy', () => {
  const place = (n: number) => ({ lon: 0.5 + n * 0.00137, lat: 0.5 + (n % 7) * 1e-5 });
  const drive = (copied: boolean) => {
    const made = story('fabricated-data');
    for (let i = 0; i < 60; i++) made.fixes(1, { at: i * 10, ...place(i), speed: 50 });
    for (let i = 0; i < 60; i++) {
      const { lon, lat } = place(i);
      made.fixes(2, { at: 600 + i * 10, lon: copied ? lon : lon + 3e-5, lat, speed: 50 });
    }
    return made;
  };
  const copy = drive(true);
  expect(copy.tell()).toEqual([expect.stringMatching(/^raised fabricated-data v2 /)]);
  expect(copy.transitions[0].alert.evidence).toMatchObject({ score: 1, shift: { vehicleId: 'v1', seconds: 600 } });
  expect(drive(false).tell()).toEqual([]);
});

test('sos: the nearest helpers first, none that was not heard of lately', () => {
  const call = story('sos', { helpers: 2 }).fixes(2, { at: 0, lon: 0.52 }).fixes(3, { at: 1, lon: 0.51 });
  call.fixes(4, { at: 2, lon: 0.515 }).fixes(5, { at: 3, lon: 0.9 }).fixes(1, { at: 10, alarms: 1 });
  call.tell();
  const alert = call.transitions.find((t) => t.alert.type === 'sos')?.alert;
  expect(alert?.evidence.helpers).toMatchObject([
    { vehicleId: 'v3', metres: 1112, minutes: 2 },
    { vehicleId: 'v4', metres: 1668 },
  ]);
  const late = story('sos').fixes(2, { at: 0 }).fixes(1, { at: 400, alarms: 1 });
  late.tell();
  expect(late.transitions.find((t) => t.alert.type === 'sos')?.alert.evidence.helpers).toEqual([]);
});
