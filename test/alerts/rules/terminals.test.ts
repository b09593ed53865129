import { describe, expect, test } from 'vitest';
import { ALARM_NAMES, type AlarmName } from '../../../model/alarm.js';
import { NO_FIX, OUT_OF_ORDER, REPEAT } from '../../../model/quality.js';
import { ruleOf } from '../defined-support.js';
import { type FixNote, Story } from '../support.js';

function story(type: string, params: object = {}): Story {
  const made = new Story().settings({}).vehicle(1, 'v1', 'coach');
  ruleOf(made, type, params);
  return made;
}

const bits = (...names: AlarmName[]) => names.reduce((word, name) => word | (1 << ALARM_NAMES.indexOf(name)), 0);

/** A report each ten seconds from `from` until `to`. */
function reports(from: number, to: number, note: Partial<FixNote> = {}): FixNote[] {
  return Array.from({ length: (to - from) / 10 + 1 }, (_, i) => ({ at: from + i * 10, ...note }));
}

/** Without what the terminal's own alarms say. */
const told = (s: Story) => s.tell().filter((line) => !line.includes(' terminal-') || line.includes('terminal-fault'));

describe('terminal-fault', () => {
  test('one alert for each fault, after a minute, until it is gone', () => {
    const s = story('terminal-fault').fixes(1, ...reports(0, 60, { alarms: bits('power-low') }));
    expect(told(s)).toEqual([]);
    s.fixes(1, ...reports(70, 140, { alarms: bits('power-low', 'camera-fault') }));
    expect(told(s)).toEqual(['raised terminal-fault v1 10:00:00', 'raised terminal-fault v1 10:01:10']);
    const raised = s.transitions.filter(({ alert }) => alert.type === 'terminal-fault');
    expect(raised.map(({ alert }) => alert.evidence.fault)).toEqual(['power-low', 'camera-fault']);
    s.fixes(1, { at: 150, alarms: bits('camera-fault') });
    expect(told(s)).toEqual(['cleared terminal-fault v1 10:02:30']);
  });

  test('a cut antenna is told by reports without a fix', () => {
    const cut = { alarms: bits('gnss-antenna-cut'), quality: NO_FIX, lon: NaN, lat: NaN };
    const s = story('terminal-fault').fixes(1, { at: 0 }, ...reports(10, 80, cut));
    expect(told(s)).toEqual(['raised terminal-fault v1 10:00:10']);
    expect(told(s.fixes(1, { at: 90 }))).toEqual(['cleared terminal-fault v1 10:01:30']);
  });

  test('maxGap: reports without a fix are no silence', () => {
    const cut = { alarms: bits('gnss-antenna-cut'), quality: NO_FIX, lon: NaN, lat: NaN };
    const s = new Story().settings({}).vehicle(1, 'v1', 'coach');
    ruleOf(s, 'terminal-fault', {}, { timing: { maxGap: 30 } });
    s.fixes(1, { at: 0 }, ...reports(10, 80, cut));
    expect(told(s)).toEqual(['raised terminal-fault v1 10:00:10']);
    const silent = new Story().settings({}).vehicle(1, 'v1', 'coach');
    ruleOf(silent, 'terminal-fault', {}, { timing: { maxGap: 30 } });
    silent.fixes(1, { at: 0 }, ...reports(10, 40, cut), ...reports(80, 110, cut));
    expect(told(silent)).toEqual([]);
  });

  test('a fix that was overtaken by a report without one ends nothing', () => {
    const cut = { alarms: bits('gnss-antenna-cut'), quality: NO_FIX, lon: NaN, lat: NaN };
    const s = story('terminal-fault').fixes(1, { at: 0 }, ...reports(10, 80, cut), { at: 5 }, { at: 90, ...cut });
    expect(told(s)).toEqual(['raised terminal-fault v1 10:00:10']);
  });

  test('a loose contact is told once in ten minutes', () => {
    const s = story('terminal-fault');
    for (let from = 0; from < 900; from += 90) {
      s.fixes(1, ...reports(from, from + 70, { alarms: bits('display-fault') }), { at: from + 80 });
    }
    expect(told(s)).toEqual([
      'raised terminal-fault v1 10:00:00',
      'cleared terminal-fault v1 10:01:20',
      'raised terminal-fault v1 10:10:30',
      'cleared terminal-fault v1 10:11:50',
    ]);
  });
});

describe('no-fix-driving', () => {
  const blind = { quality: NO_FIX, lon: NaN, lat: NaN };

  test('longer than a tunnel', () => {
    const s = story('no-fix-driving').fixes(1, { at: 0 }, ...reports(10, 310, { ...blind, speed: 40 }));
    expect(told(s)).toEqual([]);
    expect(told(s.fixes(1, { at: 320, ...blind, speed: 40 }))).toEqual(['raised no-fix-driving v1 10:00:10']);
    expect(told(s.fixes(1, { at: 330 }))).toEqual(['cleared no-fix-driving v1 10:05:30']);
  });

  test('in a garage nobody drives', () => {
    const s = story('no-fix-driving').fixes(1, { at: 0 }, ...reports(10, 1000, { ...blind, speed: 0 }));
    expect(told(s)).toEqual([]);
  });

  test('the odometer shows driving where no speed is known', () => {
    const s = story('no-fix-driving').fixes(1, { at: 0 });
    for (let at = 10; at <= 400; at += 10) s.fixes(1, { at, ...blind, speed: NaN, mileageKm: 100 + at / 100 });
    expect(told(s)).toEqual(['raised no-fix-driving v1 10:00:10']);
  });
});

describe('frozen-clock', () => {
  const standing = (i: number, quality: number): FixNote => ({ at: 100, lon: 0.5 + i / 1000, quality, delay: i * 10 });

  test('ten different reports with one time', () => {
    const s = story('frozen-clock').fixes(1, { at: 90 }, { at: 100 }, { ...standing(1, 0), subSeq: 1 });
    for (let i = 2; i < 9; i++) s.fixes(1, standing(i, OUT_OF_ORDER));
    expect(told(s)).toEqual([]);
    expect(told(s.fixes(1, standing(9, OUT_OF_ORDER)))).toEqual(['raised frozen-clock v1 10:01:40']);
    expect(told(s.fixes(1, { at: 200 }))).toEqual(['cleared frozen-clock v1 10:03:20']);
  });

  test('one fix that is sent again and again is one fix', () => {
    const s = story('frozen-clock').fixes(1, { at: 100 });
    for (let i = 1; i < 30; i++) s.fixes(1, { at: 100, quality: REPEAT, delay: i });
    expect(told(s)).toEqual([]);
  });
});
