import { describe, expect, test } from 'vitest';
import { SUSPECT_MOTION } from '../../../model/quality.js';
import { ruleOf, tick } from '../defined-support.js';
import { type FixNote, Story, square } from '../support.js';

const scope = { fences: ['zone'] };

function zone(type: string, params: object = {}, others: object = {}): Story {
  const story = new Story().vehicle(1, 'v1').fence(1, 'zone', square(0, 0), []);
  ruleOf(story, type, params, { scope, ...others });
  return story;
}

/** `i` inside, `o` outside, one fix each `step` seconds. */
function path(text: string, step = 10, from = 0): FixNote[] {
  return [...text].map((place, i) => ({ at: from + i * step, lon: place === 'i' ? 0.5 : 5 }));
}

describe('forbidden-inside', () => {
  test('from the first fix inside to the first outside', () => {
    expect(
      zone('forbidden-inside')
        .fixes(1, ...path('ooiioo'))
        .tell(),
    ).toEqual(['raised forbidden-inside v1 zone 10:00:20', 'cleared forbidden-inside v1 zone 10:00:40']);
  });

  test('a removed fence clears it, and so does a removed rule; not before it began, where the terminal is ahead of our clock', () => {
    const story = zone('forbidden-inside').fixes(1, ...path('oi'));
    story.tell();
    expect(story.change({ type: 'fence-delete', no: 1 }).tell()).toEqual([
      'cleared forbidden-inside v1 zone 10:00:10 fence-removed',
    ]);
    const other = zone('forbidden-inside').fixes(1, ...path('oi'));
    other.tell();
    expect(other.change({ type: 'rule-delete', id: 'forbidden-inside' }).tell()).toEqual([
      'cleared forbidden-inside v1 zone 10:00:10 rule-removed',
    ]);
  });

  test('a rule that waits for its fence begins with it', () => {
    const story = new Story().vehicle(1, 'v1');
    ruleOf(story, 'forbidden-inside', {}, { scope });
    story.fixes(1, { at: 0 }).fence(1, 'zone', square(0, 0), []).fixes(1, { at: 10 });
    expect(story.tell()).toEqual(['raised forbidden-inside v1 zone 10:00:10']);
  });
});

test('required-inside: outside all of the fences', () => {
  const story = zone('required-inside', {}, { scope: { fences: ['zone', 'other'] } });
  story.fence(2, 'other', square(5, 0), []);
  story.fixes(1, { at: 0 }, { at: 10, lon: 5.5 }, { at: 20, lon: 3 }, { at: 30 });
  expect(story.tell()).toEqual(['raised required-inside v1 10:00:20', 'cleared required-inside v1 10:00:30']);
});

describe('crossing', () => {
  const zoneOf = (lat: number, seconds = 120) => {
    const ring = [
      [0.01, lat],
      [0.02, lat],
      [0.02, lat + 0.01],
      [0.01, lat + 0.01],
      [0.01, lat],
    ];
    const story = new Story().vehicle(1, 'v1').fence(1, 'zone', { type: 'Polygon', coordinates: [ring] }, []);
    ruleOf(story, 'crossing', {}, { scope });
    // 3.3 km, both ends outside.
    return story.fixes(
      1,
      { at: 0, lon: 0, lat: 0 },
      { at: seconds, lon: 0.03, lat: 0 },
      { at: seconds + 10, lon: 0.031, lat: 0 },
    );
  };

  test('straight through it', () => {
    const story = zoneOf(-0.005);
    expect(story.tell()).toEqual(['raised crossing v1 10:02:00', 'cleared crossing v1 10:02:10']);
    expect(story.transitions[0].alert.evidence).toMatchObject({ crossed: { fence: 'zone', how: 'crossed' } });
  });

  test('perhaps, where a way beside the straight one goes through it', () => {
    const story = zoneOf(0.0005, 240);
    expect(story.tell()[0]).toBe('raised crossing v1 10:04:00');
    expect(story.transitions[0].alert.evidence).toMatchObject({ crossed: { fence: 'zone', how: 'possibly crossed' } });
  });

  test.each([
    { what: 'a gate of 2 m across the road', from: [0.0151, -0.01], to: [0.0151, 0.01], width: 2, lon: 0.03, at: 120 },
    { what: 'a yard of 50 m on a way of 95 km', from: [0.5012, 0], to: [0.5013, 0], width: 50, lon: 0.85, at: 3400 },
  ])('however narrow: $what', ({ from, to, width, lon, at }) => {
    const geometry = { type: 'LineString' as const, coordinates: [from, to] };
    const story = new Story().vehicle(1, 'v1').fence(1, 'zone', geometry, [], { width });
    ruleOf(story, 'crossing', {}, { scope });
    story.fixes(1, { at: 0, lon: 0, lat: 0 }, { at, lon, lat: 0 });
    expect(story.tell()).toHaveLength(1);
    expect(story.transitions[0].alert.evidence).toMatchObject({ crossed: { fence: 'zone', how: 'crossed' } });
  });

  test('not where no way reaches it', () => {
    expect(zoneOf(0.05).tell()).toEqual([]);
  });

  test('nor on a way to or from a place that it cannot have been at', () => {
    const story = zone('crossing').fixes(
      1,
      { at: 0, lon: -0.1 },
      { at: 10, lon: 1.1, quality: SUSPECT_MOTION },
      { at: 20, lon: -0.1, quality: SUSPECT_MOTION },
      { at: 30, lon: -0.1 },
    );
    expect(story.tell()).toEqual([]);
  });

  test('nor where a fix is inside: that is no crossing unseen', () => {
    const story = zone('crossing').fixes(1, { at: 0, lon: -1 }, { at: 600, lon: 0.5 }, { at: 1200, lon: 2 });
    expect(story.tell()).toEqual([]);
  });
});

describe('dwell', () => {
  test('too long: at the fix that is beyond the time', () => {
    expect(
      zone('dwell-too-long', { seconds: 25 })
        .fixes(1, ...path('oiiiiio'))
        .tell(),
    ).toEqual(['raised dwell-too-long v1 zone 10:00:10', 'cleared dwell-too-long v1 zone 10:01:00']);
  });

  test('too long: found by the tick where nothing comes', () => {
    const story = zone('dwell-too-long', { seconds: 25 }).fixes(1, ...path('oi'));
    expect(tick(story, 35).tell()).toEqual([]);
    expect(tick(story, 40).tell()).toEqual(['raised dwell-too-long v1 zone 10:00:10']);
    expect(story.transitions[0].alert).toMatchObject({
      detectedAt: '2026-03-01T02:00:40.000Z',
      evidence: { decidedBySilenceUntil: '2026-03-01T02:00:35.001Z' },
    });
    expect(tick(story, 400).tell()).toEqual([]);
  });

  test('too long: who is shown outside for less than `absence` has not left', () => {
    const told = (text: string, absence: number) =>
      zone('dwell-too-long', { seconds: 45, absence })
        .fixes(1, ...path(text))
        .tell()
        .map((line) => line.replace(' dwell-too-long v1 zone', ''));
    const edge = 'iioiiooiiooooi';
    expect(told(edge, 0)).toEqual([]);
    expect(told(edge, 15)).toEqual(['raised 10:00:00', 'cleared 10:01:05']);
    expect(told(edge, 25)).toEqual(['raised 10:00:00', 'cleared 10:01:55']);
    expect(told(edge, 60)).toEqual(['raised 10:00:00']);
    // Nothing shows that it is back.
    const silent = zone('dwell-too-long', { seconds: 45, absence: 20 }).fixes(1, ...path('iiio'));
    expect(tick(tick(silent, 40), 300).tell()).toEqual([]);
    const raised = zone('dwell-too-long', { seconds: 45, absence: 20 }).fixes(1, ...path('iiiiiio'));
    expect(tick(raised, 300).tell()).toEqual([
      'raised dwell-too-long v1 zone 10:00:00',
      'cleared dwell-too-long v1 zone 10:01:20',
    ]);
    // It is back, and nothing more is heard.
    expect(tick(zone('dwell-too-long', { seconds: 45, absence: 20 }).fixes(1, ...path('ioi')), 50).tell()).toEqual([
      'raised dwell-too-long v1 zone 10:00:00',
    ]);
  });

  test('too long: a jump out and back is no leaving either, nor has who stays still moved', () => {
    const jump = { at: 30, lon: 5, quality: SUSPECT_MOTION };
    const notes = [...path('iii'), jump, { at: 40, lon: 0.5, quality: SUSPECT_MOTION }, ...path('ii', 10, 50)];
    expect(
      zone('dwell-too-long', { seconds: 45 })
        .fixes(1, ...notes)
        .tell(),
    ).toEqual(['raised dwell-too-long v1 zone 10:00:00']);
    const still = new Story().vehicle(1, 'v1');
    ruleOf(still, 'stay-still', { seconds: 45 });
    expect(still.fixes(1, ...notes).tell()).toEqual(['raised stay-still v1 10:00:00']);
    // Where it is when it falls silent then, nobody knows.
    const silent = new Story().vehicle(1, 'v1');
    ruleOf(silent, 'stay-still', { seconds: 45 });
    expect(tick(silent.fixes(1, ...path('iii'), jump), 300).tell()).toEqual([]);
  });

  test('too short: a jump out and back is no leaving', () => {
    const story = zone('dwell-too-short', { seconds: 100 });
    const jump = { lon: 5, quality: SUSPECT_MOTION };
    story.fixes(
      1,
      ...path('oii'),
      { at: 30, ...jump },
      { at: 40, lon: 0.5, quality: SUSPECT_MOTION },
      ...path('ii', 10, 50),
    );
    expect(story.tell()).toEqual([]);
    expect(story.fixes(1, ...path('oo', 10, 70)).tell()).toEqual([
      'raised dwell-too-short v1 zone 10:01:10',
      'cleared dwell-too-short v1 zone 10:01:20',
    ]);
    // When it came, the jump does not say.
    const unknown = zone('dwell-too-short', { seconds: 100 }).fixes(1, { at: 0, ...jump }, ...path('iioo', 10, 10));
    expect(unknown.tell()).toEqual([]);
  });

  test('too short: when it leaves', () => {
    const story = zone('dwell-too-short', { seconds: 25 });
    expect(story.fixes(1, ...path('oiioo'), ...path('iiiioo', 10, 50)).tell()).toEqual([
      'raised dwell-too-short v1 zone 10:00:30',
      'cleared dwell-too-short v1 zone 10:00:40',
    ]);
  });
});

test('stay-still: by displacement, whatever the speed says', () => {
  const story = new Story().vehicle(1, 'v1');
  ruleOf(story, 'stay-still', { seconds: 60, radius: 50 });
  const jitter = [0, 0.0001, 0.0002, 0.0001, 0, 0.0001, 0.0002, 0.0001];
  story.fixes(1, { at: 0, lon: 1 }, ...jitter.map((d, i) => ({ at: 10 + i * 10, lon: 0.5 + d, speed: 7 })));
  expect(story.tell()).toEqual(['raised stay-still v1 10:00:10']);
  expect(story.fixes(1, { at: 90, lon: 0.51 }, { at: 91, lon: 0.51 }).tell()).toEqual([
    'cleared stay-still v1 10:01:30',
  ]);
  expect(tick(story, 160).tell()).toEqual(['raised stay-still v1 10:01:30']);
});

test('route-deviation: the width is that of the segment', () => {
  const story = new Story().vehicle(1, 'v1');
  const line = [
    [0, 0],
    [0.1, 0],
    [0.2, 0],
  ];
  ruleOf(story, 'route-deviation', { line, width: [200, 2000] }, { timing: { minDuration: 0 } });
  story.fixes(
    1,
    { at: 0, lon: 0.05, lat: 0.0005 },
    { at: 10, lon: 0.05, lat: 0.005 },
    { at: 20, lon: 0.15, lat: 0.005 },
  );
  expect(story.tell()).toEqual(['raised route-deviation v1 10:00:10', 'cleared route-deviation v1 10:00:20']);
  expect(story.transitions[0].alert.evidence.checks).toMatchObject([{ threshold: 100, unit: 'm', result: true }]);
});

test('dangerous-goods-ban: only such vehicles, only in the hours', () => {
  const story = new Story()
    .vehicle(1, 'v1', 'dangerous-goods')
    .vehicle(2, 'v2', 'coach')
    .fence(1, 'zone', square(0, 0), []);
  ruleOf(story, 'dangerous-goods-ban', { hours: { from: '10:00', to: '10:01' } }, { scope });
  story.fixes(2, { at: 5 }).fixes(1, { at: 10 }, { at: 59 }, { at: 60 });
  expect(story.tell()).toEqual([
    'raised dangerous-goods-ban v1 zone 10:00:10',
    'cleared dangerous-goods-ban v1 zone 10:01:00',
  ]);
});

describe('a fence has hours and kinds of vehicles of its own, for whatever rule names it', () => {
  const NIGHT = { from: '22:00', to: '06:00' };
  const MORNING = { from: '09:00', to: '11:00' };
  const withZone = (properties: object, type: string, params: object = {}) => {
    const story = new Story().vehicle(1, 'v1', 'coach').fence(1, 'zone', square(0, 0), [], properties);
    ruleOf(story, type, params, { scope });
    return story;
  };

  test('inside it', () => {
    expect(
      withZone({ hours: NIGHT }, 'forbidden-inside')
        .fixes(1, ...path('oii'))
        .tell(),
    ).toEqual([]);
    expect(withZone({ hours: MORNING }, 'forbidden-inside').fixes(1, { at: 0 }, { at: 3600 }).tell()).toEqual([
      'raised forbidden-inside v1 zone 10:00:00',
      'cleared forbidden-inside v1 zone 11:00:00 out-of-hours',
    ]);
    expect(
      withZone({ categories: ['truck'] }, 'forbidden-inside')
        .fixes(1, ...path('oii'))
        .tell(),
    ).toEqual([]);
  });

  test('outside of it', () => {
    for (const type of ['required-inside', 'route-deviation']) {
      const timed = (properties: object) => {
        const story = withZone(properties, type);
        return story.fixes(1, ...path('ooooooo')).tell();
      };
      expect(timed({})).toEqual([`raised ${type} v1 10:00:00`]);
      expect(timed({ hours: MORNING })).toEqual([`raised ${type} v1 10:00:00`]);
      expect(timed({ hours: NIGHT })).toEqual([]);
      expect(timed({ categories: ['truck'] })).toEqual([]);
    }
  });

  test('and through it', () => {
    const through = (properties: object) =>
      withZone(properties, 'crossing').fixes(1, { at: 0, lon: -0.1 }, { at: 3000, lon: 1.1 }).tell();
    expect(through({})).toEqual(['raised crossing v1 10:50:00']);
    expect(through({ hours: NIGHT })).toEqual([]);
    expect(through({ categories: ['truck'] })).toEqual([]);
  });
});

test.each(['required-inside', 'route-deviation'])('%s: without any fence left there is nothing to be in', (type) => {
  const story = zone(type).fixes(1, ...path('ooooooo'));
  expect(story.tell()).toEqual([`raised ${type} v1 10:00:00`]);
  story.change({ type: 'fence-delete', no: 1 });
  expect(story.tell()).toEqual([`cleared ${type} v1 10:00:00 fence-removed`]);
  expect(story.fixes(1, ...path('ooooooo', 10, 100)).tell()).toEqual([]);
});

describe('fence-enter and fence-exit as rules of their own', () => {
  test('in and out, with the timing that the properties of a fence have not', () => {
    expect(
      zone('fence-enter')
        .fixes(1, ...path('oio'))
        .tell(),
    ).toEqual(['raised fence-enter v1 zone 10:00:10', 'cleared fence-enter v1 zone 10:00:20']);
    // At the edge.
    const flapping = zone('fence-enter', {}, { timing: { minDuration: 15 } }).fixes(1, ...path('oioioiiio'));
    expect(flapping.tell()).toEqual(['raised fence-enter v1 zone 10:00:50', 'cleared fence-enter v1 zone 10:01:20']);
    const left = zone('fence-exit', {}, { timing: { minDuration: 15, coolDown: 60 } });
    left.fixes(1, ...path('ioioooiooooio'));
    expect(left.tell()).toEqual(['raised fence-exit v1 zone 10:00:30', 'cleared fence-exit v1 zone 10:01:00']);
  });

  test('who was never seen inside has not left, nor who was inside before the hours began', () => {
    expect(
      zone('fence-exit')
        .fixes(1, ...path('oooo'))
        .tell(),
    ).toEqual([]);
    const hours = [{ from: '10:01', to: '10:02' }];
    const timed = zone('fence-exit', {}, { schedule: { hours } });
    expect(timed.fixes(1, ...path('iiiiiooo')).tell()).toEqual([]);
    expect(timed.fixes(1, ...path('iooooo', 10, 90)).tell()).toEqual([
      'raised fence-exit v1 zone 10:01:40',
      'cleared fence-exit v1 zone 10:02:00 out-of-hours',
    ]);
    // On the next day it is still out, and nobody saw it go.
    expect(timed.fixes(1, { at: 86_400 + 70, lon: 5 }).tell()).toEqual([]);
  });

  test('a fence that is drawn anew was left by nobody; who had left it has left it still', () => {
    const moved = zone('fence-exit').fixes(1, ...path('ii'));
    moved.tell();
    moved.fence(1, 'zone', square(3, 0), []).fixes(1, { at: 20 }, { at: 30 });
    expect(moved.tell()).toEqual([]);
    const away = zone('fence-exit').fixes(1, ...path('io'));
    expect(away.tell()).toEqual(['raised fence-exit v1 zone 10:00:10']);
    away.fence(1, 'zone', square(0, 0), []).fixes(1, { at: 20, lon: 5 }, { at: 30 });
    expect(away.tell()).toEqual(['cleared fence-exit v1 zone 10:00:30']);
  });
});
