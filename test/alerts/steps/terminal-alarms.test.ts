import { describe, expect, test } from 'vitest';
import { ALARM_SEVERITY } from '../../../alerts/life/severity.js';
import { ALARM_NAMES } from '../../../model/alarm.js';
import { LATE, NO_FIX, OUT_OF_ORDER, REPEAT, SUSPECT_TIME, VERY_LATE } from '../../../model/quality.js';
import { Story } from '../support.js';

const EMERGENCY = 1;
const CUT = 1 << 5;
const DOOR = 0x80000000; // bit 31

const story = () => new Story().vehicle(1, 'v1');

describe('an alarm is told once per episode', () => {
  test('raised with the bit, cleared without it', () => {
    const told = story().fixes(
      1,
      { at: 0 },
      { at: 5, alarms: 4 },
      { at: 10, alarms: 4 },
      { at: 15 },
      { at: 20, alarms: 4 },
    );
    expect(told.tell()).toEqual([
      'raised terminal-fatigue v1 10:00:05',
      'cleared terminal-fatigue v1 10:00:15',
      'raised terminal-fatigue v1 10:00:20',
    ]);
    expect(new Set(told.transitions.map(({ alert }) => alert.id)).size).toBe(2);
    expect(told.transitions[0].alert).toMatchObject({
      severity: 'warning',
      ruleId: 'terminal:fatigue',
      ruleRevision: 1,
      evidence: {
        alarmWord: '0x00000004',
        fixes: { previous: { seq: 2 }, deciding: { seq: 3 } },
        checks: [{ what: 'alarm fatigue', value: true, result: true }],
      },
    });
  });

  test('every bit by itself, the 32nd too', () => {
    const told = story().fixes(1, { at: 0, alarms: DOOR | CUT | EMERGENCY }, { at: 5, alarms: DOOR });
    expect(told.tell()).toEqual([
      'raised terminal-emergency v1 10:00:00',
      'raised terminal-gnss-antenna-cut v1 10:00:00',
      'raised terminal-illegal-door-opening v1 10:00:00',
      'cleared terminal-emergency v1 10:00:05',
      'cleared terminal-gnss-antenna-cut v1 10:00:05',
    ]);
    expect(told.transitions[0].alert.evidence).toMatchObject({ firstFix: true });
  });

  test('each name has a severity; a call for help is critical', () => {
    for (const name of ALARM_NAMES) expect(['info', 'warning', 'critical']).toContain(ALARM_SEVERITY[name]);
    expect(ALARM_SEVERITY.emergency).toBe('critical');
  });
});

describe('marked fixes', () => {
  test('a report without a fix counts: that is how a cut antenna is told', () => {
    const told = story().fixes(1, { at: 0 }, { at: 5, alarms: CUT, quality: NO_FIX, lon: NaN, lat: NaN }, { at: 10 });
    expect(told.tell()).toEqual([
      'raised terminal-gnss-antenna-cut v1 10:00:05',
      'cleared terminal-gnss-antenna-cut v1 10:00:10',
    ]);
    expect(told.transitions[0].alert).toMatchObject({
      position: { lon: null, lat: null, quality: ['no-fix'] },
      evidence: { fixes: { previous: { lon: 0.5, lat: 0.5 }, deciding: { lon: null } } },
    });
  });

  test.each([
    ['without a fix', NO_FIX],
    ['late', LATE],
    ['very late', VERY_LATE],
    ['ahead of time', SUSPECT_TIME],
    ['out of order', OUT_OF_ORDER],
  ])('a call for help counts %s', (_how, quality) => {
    const told = story().fixes(1, { at: 5, alarms: EMERGENCY, quality, lon: NaN, lat: NaN });
    expect(told.tell()).toEqual(['raised terminal-emergency v1 10:00:05']);
    expect(told.engine.counters.evaluated).toBe(0);
    expect(told.fixes(1, { at: 9 }).tell()).toEqual(['cleared terminal-emergency v1 10:00:09']);
  });

  test('other alarms do not', () => {
    const told = story().fixes(1, { at: 5, alarms: 4, quality: LATE }, { at: 6, alarms: 4, quality: OUT_OF_ORDER });
    expect(told.tell()).toEqual([]);
  });

  test('a repeat tells nothing', () => {
    const told = story().fixes(1, { at: 0 }, { at: 5, alarms: EMERGENCY, quality: REPEAT });
    expect(told.tell()).toEqual([]);
  });

  test('a whole track sent again tells nothing, before, within or after the episode', () => {
    const notes = [{ at: 0 }, { at: 5, alarms: EMERGENCY }, { at: 10, alarms: EMERGENCY }, { at: 15 }, { at: 20 }];
    const told = story().fixes(1, ...notes);
    expect(told.tell()).toEqual(['raised terminal-emergency v1 10:00:05', 'cleared terminal-emergency v1 10:00:15']);
    expect(told.fixes(1, ...notes.map((note) => ({ ...note, quality: OUT_OF_ORDER }))).tell()).toEqual([]);
  });

  test('a track sent again while the call is open tells nothing', () => {
    const notes = [{ at: 0 }, { at: 5, alarms: EMERGENCY }, { at: 10, alarms: EMERGENCY }];
    const told = story().fixes(1, ...notes);
    expect(told.tell()).toEqual(['raised terminal-emergency v1 10:00:05']);
    expect(told.fixes(1, ...notes.map((note) => ({ ...note, quality: OUT_OF_ORDER }))).tell()).toEqual([]);
  });

  test('a call for help out of a blind area is one episode, and the next fix in order ends it', () => {
    const told = story().fixes(1, { at: 100 });
    for (const at of [10, 20, 30]) told.fixes(1, { at, alarms: EMERGENCY, quality: LATE | OUT_OF_ORDER });
    told.fixes(1, { at: 40, quality: LATE | OUT_OF_ORDER }, { at: 110 });
    expect(told.tell()).toEqual(['raised terminal-emergency v1 10:00:10', 'cleared terminal-emergency v1 10:01:50']);
  });

  test('an older report without a fix does not turn the state back', () => {
    const told = story().fixes(1, { at: 10, alarms: CUT }, { at: 5, quality: NO_FIX }, { at: 15, alarms: CUT });
    expect(told.tell()).toEqual(['raised terminal-gnss-antenna-cut v1 10:00:10']);
  });

  test('calls for help without end are bounded, and an old one is not told twice', () => {
    const told = story();
    for (let i = 0; i < 40; i++) told.fixes(1, { at: i * 10, alarms: EMERGENCY }, { at: i * 10 + 5 });
    expect(told.tell().length).toBe(80);
    told.fixes(1, { at: 0, alarms: EMERGENCY, quality: OUT_OF_ORDER }, { at: 300, alarms: EMERGENCY, quality: LATE });
    expect(told.tell()).toEqual([]);
  });
});
