import { describe, expect, test } from 'vitest';
import { SUSPECT_MOTION } from '../../../model/quality.js';
import { type FixNote, Story, square } from '../support.js';

/** A fix each ten seconds, with these speeds. */
function each10(from: number, ...speeds: number[]): FixNote[] {
  return speeds.map((speed, i) => ({ at: from + i * 10, speed }));
}

describe('the limit of a kind of vehicle', () => {
  const coach = () => new Story().settings({ coach: 100 }).vehicle(1, 'v1', 'coach');

  test('must be exceeded for more than 30 s', () => {
    const story = coach().fixes(1, ...each10(0, 100, 101, 105, 110, 103));
    expect(story.tell()).toEqual([]); // from 10 to 40: 30 s, not more
    expect(story.fixes(1, { at: 41, speed: 102 }).tell()).toEqual(['raised overspeed v1 10:00:10']);
    const [{ alert }] = story.transitions;
    expect(alert).toMatchObject({ ruleId: 'speed-limit:coach', fenceId: null, position: { speed: 102 } });
    expect(alert.evidence).toMatchObject({
      peakSpeed: 110,
      fixesOver: 5,
      fixes: { onset: { speed: 101 }, peak: { speed: 110 }, deciding: { speed: 102 } },
      checks: [
        { what: 'speed', value: 110, is: '>', threshold: 100, unit: 'km/h', result: true },
        { what: 'duration', value: 31, is: '>', threshold: 30, unit: 's', result: true },
      ],
    });
  });

  test('the limit itself is no excess', () => {
    expect(
      coach()
        .fixes(1, ...each10(0, 100, 100, 100, 100, 100, 100))
        .tell(),
    ).toEqual([]);
  });

  test('a fix at or under the limit starts the count again', () => {
    expect(
      coach()
        .fixes(1, ...each10(0, 101, 101, 101, 99, 101, 101, 101, 101))
        .tell(),
    ).toEqual([]);
  });

  test('so does a silence of more than a minute', () => {
    const story = coach().fixes(1, { at: 0, speed: 120 }, { at: 61, speed: 120 }, { at: 122, speed: 120 });
    expect(story.tell()).toEqual([]);
    expect(story.fixes(1, { at: 182, speed: 120 }).tell()).toEqual(['raised overspeed v1 10:02:02']);
  });

  test('excesses within a minute are one event, with one peak', () => {
    const story = coach().fixes(1, ...each10(0, 110, 110, 110, 110, 110, 90, 90, 130, 90));
    expect(story.tell()).toEqual(['raised overspeed v1 10:00:00']);
    expect(story.fixes(1, { at: 130, speed: 90 }).tell()).toEqual([]);
    expect(story.fixes(1, { at: 131, speed: 90 }).tell()).toEqual(['cleared overspeed v1 10:02:11']);
    expect(story.transitions[0].alert.evidence).toMatchObject({
      peakSpeed: 110,
      end: { peakSpeed: 130, fixesOver: 6, fixes: { last: { time: '2026-03-01T02:01:10.000Z' } } },
    });
  });

  test('an excess after more than a minute is a new event', () => {
    const story = coach().fixes(1, ...each10(0, 110, 110, 110, 110, 110), ...each10(101, 110, 110, 110, 110, 110));
    expect(story.tell()).toEqual([
      'raised overspeed v1 10:00:00',
      'cleared overspeed v1 10:01:41',
      'raised overspeed v1 10:01:41',
    ]);
    expect(new Set(story.transitions.map(({ alert }) => alert.id)).size).toBe(2);
  });

  test('suspect motion and unknown speed are passed over, neither over nor under', () => {
    const story = coach().fixes(1, { at: 0, speed: 110 }, { at: 10, speed: 250, quality: SUSPECT_MOTION });
    story.fixes(1, { at: 20, speed: NaN }, { at: 31, speed: 110 });
    expect(story.tell()).toEqual(['raised overspeed v1 10:00:00']);
    expect(story.transitions[0].alert.evidence).toMatchObject({ peakSpeed: 110, fixesOver: 2 });
  });

  test('a kind without a limit is not judged', () => {
    const story = new Story().settings({ coach: 100 }).vehicle(1, 'v1', 'other');
    expect(story.fixes(1, ...each10(0, 200, 200, 200, 200, 200)).tell()).toEqual([]);
  });

  test('a limit that is taken away clears what it raised', () => {
    const story = coach().fixes(1, ...each10(0, 110, 110, 110, 110, 110));
    story.tell();
    expect(story.settings({ truck: 80 }).tell()).toEqual(['cleared overspeed v1 10:00:00 rule-removed']);
  });

  test('the same limit set again is the same rule', () => {
    const story = coach()
      .settings({ coach: 100, truck: 70 })
      .fixes(1, ...each10(0, 110, 110, 110, 110, 110));
    story.tell();
    expect(story.transitions[0].alert.ruleRevision).toBe(0); // as the settings have it from the start
    story
      .settings({ coach: 90 })
      .vehicle(2, 'v2', 'coach')
      .fixes(2, ...each10(0, 95, 95, 95, 95, 95));
    story.tell();
    expect(story.transitions[0].alert.ruleRevision).toBe(4);
  });
});

describe('the limit of a fence', () => {
  const zone = (duration?: number) =>
    new Story()
      .vehicle(1, 'v1')
      .fence(1, 'school', square(0, 0), [
        { type: 'overspeed', limit: 30, severity: 'critical', ...(duration === undefined ? {} : { duration }) },
      ]);

  test('counts at once where no duration is given', () => {
    const story = zone().fixes(1, { at: 0, speed: 30 }, { at: 5, speed: 31 });
    expect(story.tell()).toEqual(['raised overspeed v1 school 10:00:05']);
    expect(story.transitions[0].alert).toMatchObject({
      severity: 'critical',
      ruleId: 'fence:school:overspeed',
      // 0 is not more than 0: the comparison is the one that was made.
      evidence: { checks: [{ what: 'speed' }, { what: 'duration', value: 0, is: '>=', threshold: 0, result: true }] },
    });
  });

  test('holds only inside', () => {
    const story = zone().fixes(
      1,
      { at: 0, speed: 80, lon: 5 },
      { at: 5, speed: 80, lon: 0.9 },
      { at: 10, speed: 80, lon: 5 },
    );
    expect(story.tell()).toEqual(['raised overspeed v1 school 10:00:05']);
    expect(story.fixes(1, { at: 66, speed: 80, lon: 5 }).tell()).toEqual(['cleared overspeed v1 school 10:01:06']);
  });

  test('with a duration, leaving the fence ends the count', () => {
    const story = zone(5).fixes(
      1,
      { at: 0, speed: 80 },
      { at: 4, speed: 80, lon: 5 },
      { at: 6, speed: 80 },
      { at: 11, speed: 80 },
    );
    expect(story.tell()).toEqual([]);
    expect(story.fixes(1, { at: 12, speed: 80 }).tell()).toEqual(['raised overspeed v1 school 10:00:06']);
  });

  test('two limits in one fence are two rules', () => {
    const story = new Story().vehicle(1, 'v1').fence(1, 'f', square(0, 0), [
      { type: 'overspeed', limit: 30, severity: 'info' },
      { type: 'overspeed', limit: 60, severity: 'critical' },
    ]);
    story.fixes(1, { at: 0, speed: 50 }, { at: 5, speed: 70 }).tell();
    expect(story.transitions.map(({ alert }) => `${alert.ruleId} ${alert.severity}`)).toEqual([
      'fence:f:overspeed info',
      'fence:f:overspeed:2 critical',
    ]);
  });
});
