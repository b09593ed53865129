import { expect, test } from 'vitest';
import { BACKFILLED } from '../../../model/position.js';
import { LATE, NO_FIX, REPEAT } from '../../../model/quality.js';
import { msToBeijing } from '../../../model/units.js';
import { Writer } from '../../../protocols/common/wire.js';
import { additionalItems } from '../../../protocols/jt808/additional-items.js';
import { safetyAlarms } from '../../../protocols/jt808/safety-alarms.js';
import { type FixNote, fixOf, Story, TEN } from '../support.js';

const ONCE = 0;
const START = 1;
const END = 2;

const KEY = '37363534333231260301100005010200'; // two attachments
const PLACE = { speedKmh: 52, altitude: 5, lat: 0.5, lon: 0.5, vehicleStatus: 1, alarmKey: KEY };

function items(fields: Record<string, unknown>): Uint8Array {
  const w = new Writer('2013');
  additionalItems.write(w, fields);
  return Uint8Array.from(w.take());
}

/** One item; `at`: seconds after ten o'clock. */
const adas = (type: number, alarmId: number, flag: number, at: number, level = 1) =>
  items({
    adas: {
      ...{ alarmId, flag, type, level, frontSpeedKmh: 40, frontDistance100ms: 8, deviation: 0, roadSign: 0 },
      ...{ roadSignData: 0, time: msToBeijing(TEN + at * 1000), ...PLACE },
    },
  });
const dsm = (type: number, alarmId: number, flag: number, at: number, level = 2) =>
  items({ dsm: { alarmId, flag, type, level, fatigue: 7, time: msToBeijing(TEN + at * 1000), ...PLACE } });

const story = () => new Story().vehicle(1, 'v1');

function fix(told: Story, note: FixNote, bytes: Uint8Array, flags = 0): Story {
  const p = fixOf(1, note);
  p.items = bytes;
  p.flags |= flags;
  told.log.fix(p);
  return told;
}

test('from its start to its end, with what the system measured', () => {
  const told = story();
  fix(told, { at: 6 }, adas(1, 9, START, 5));
  fix(told, { at: 7 }, new Uint8Array());
  fix(told, { at: 9 }, adas(1, 9, END, 8));
  expect(told.tell()).toEqual([
    'raised adas-forward-collision v1 10:00:05',
    'cleared adas-forward-collision v1 10:00:08',
  ]);
  const [raised, cleared] = told.transitions;
  expect(raised.alert).toMatchObject({
    severity: 'warning',
    ruleId: 'terminal:adas-forward-collision',
    evidence: {
      ...{ alarmId: 9, phase: 'start', level: 1, alarmKey: KEY, attachments: 2 },
      measured: { frontSpeedKmh: 40, frontDistance100ms: 8, speedKmh: 52 },
      fixes: { deciding: { seq: 2 } },
    },
  });
  expect(cleared.alert).toMatchObject({ id: raised.alert.id, evidence: { end: { phase: 'end' } } });
});

test('the same alarm again is the same alert, in any block and after any restart; the next one is another', () => {
  const told = story();
  fix(told, { at: 5 }, dsm(1, 1, START, 5));
  fix(told, { at: 6 }, dsm(1, 1, START, 5));
  expect(told.tell()).toEqual(['raised dsm-fatigue v1 10:00:05']);
  const [{ alert }] = told.transitions;
  expect(alert.severity).toBe('critical');
  fix(told, { at: 9 }, dsm(1, 1, END, 9));
  // After a reboot the terminal counts from 1 again.
  fix(told, { at: 60 }, dsm(1, 1, START, 60));
  expect(told.tell()).toEqual(['cleared dsm-fatigue v1 10:00:09', 'raised dsm-fatigue v1 10:01:00']);
  expect(told.transitions[1].alert.id).not.toBe(alert.id);
  const again = story();
  fix(again, { at: 5 }, dsm(1, 1, START, 5));
  again.tell();
  expect(again.transitions[0].alert.id).toBe(alert.id);
});

test('an end that was lost is the next start; an end of another alarm ends nothing', () => {
  const told = story();
  fix(told, { at: 1 }, adas(2, 1, START, 1));
  fix(told, { at: 2 }, adas(2, 7, END, 2));
  expect(told.tell()).toEqual(['raised adas-lane-departure v1 10:00:01']);
  fix(told, { at: 9 }, adas(2, 2, START, 9));
  expect(told.tell()).toEqual(['cleared adas-lane-departure v1 10:00:09', 'raised adas-lane-departure v1 10:00:09']);
});

test('what has no end is raised and over', () => {
  const told = story();
  fix(told, { at: 3 }, adas(3, 4, ONCE, 3, 2));
  expect(told.tell()).toEqual([
    'raised adas-following-too-close v1 10:00:03',
    'cleared adas-following-too-close v1 10:00:03',
  ]);
});

test('several systems in one report are several alerts', () => {
  const told = story();
  const tyre = { position: 1, type: 0b100, pressureKpa: 300, temperatureC: 40, batteryPercent: 90 };
  const time = msToBeijing(TEN + 1000);
  const bytes = Buffer.concat([
    adas(4, 1, START, 1),
    dsm(2, 1, START, 1),
    items({ tpms: { alarmId: 1, flag: START, time, ...PLACE, tyres: [tyre] } }),
    items({ bsd: { alarmId: 1, flag: START, type: 2, time, ...PLACE } }),
    adas(5, 2, START, 1),
  ]);
  fix(told, { at: 1 }, bytes);
  expect(told.tell()).toEqual([
    'raised adas-pedestrian-collision v1 10:00:01',
    'raised dsm-phone v1 10:00:01',
    'raised tpms-low-pressure v1 10:00:01',
    'raised bsd-left-approach v1 10:00:01',
    'raised adas-frequent-lane-change v1 10:00:01',
  ]);
});

test('it counts without a fix and late, but not twice', () => {
  const told = story();
  fix(told, { at: 1, quality: NO_FIX }, adas(1, 1, ONCE, 1));
  fix(told, { at: 2, quality: LATE, delay: 4000 }, dsm(3, 2, ONCE, 2), BACKFILLED);
  fix(told, { at: 3, quality: REPEAT }, dsm(3, 3, ONCE, 3));
  expect(told.tell().filter((line) => line.startsWith('raised'))).toEqual([
    'raised adas-forward-collision v1 10:00:01',
    'raised dsm-smoking v1 10:00:02',
  ]);
});

test('events are no alarms, nor is what another maker means by these numbers, nor a tyre that is well', () => {
  const well = { position: 1, type: 1, pressureKpa: 800, temperatureC: 40, batteryPercent: 90 };
  const time = msToBeijing(TEN);
  expect(safetyAlarms(adas(0x10, 1, ONCE, 1))).toEqual([]);
  expect(safetyAlarms(dsm(0x11, 1, ONCE, 1))).toEqual([]);
  expect(safetyAlarms(items({ tpms: { alarmId: 1, flag: 0, time, ...PLACE, tyres: [well] } }))).toEqual([]);
  expect(safetyAlarms(Uint8Array.from([0x64, 2, 1, 2, 0x65, 0, 0x67, 200, 1]))).toEqual([]);
  const cut = adas(1, 1, START, 1);
  for (let length = 0; length < cut.length; length++) expect(safetyAlarms(cut.subarray(0, length))).toEqual([]);
});

test('a custom type, an unknown flag, a time that is none, and the long key', () => {
  const long = `${'41'.repeat(30)}260301100005${'01'}${'03'}0000`;
  const fields = { alarmId: 5, flag: 9, type: 9, level: 0, fatigue: 0, time: null, timeBcd: '000000000000' };
  const [alarm] = safetyAlarms(items({ dsm: { ...fields, ...PLACE, alarmKey: long } }));
  expect(alarm).toMatchObject({ type: 'dsm-type-9', phase: 'once', level: null, attachments: 3, key: long });
  expect(alarm.time).toBeNaN();
});

test('what comes late is over with the alarm that came after it, and does not end that one', () => {
  const told = story();
  fix(told, { at: 60 }, dsm(1, 1, START, 60));
  expect(told.tell()).toEqual(['raised dsm-fatigue v1 10:01:00']);
  // Of before a reboot, in whatever order: numbers count from 1 again.
  fix(told, { at: 20, quality: LATE }, dsm(1, 1, END, 20));
  fix(told, { at: 10, quality: LATE }, dsm(1, 1, START, 10));
  expect(told.tell()).toEqual(['raised dsm-fatigue v1 10:00:10', 'cleared dsm-fatigue v1 10:01:00 backfilled']);
  fix(told, { at: 10, quality: LATE }, dsm(1, 1, START, 10));
  expect(told.tell()).toEqual([]);
  fix(told, { at: 70 }, dsm(1, 1, END, 70));
  expect(told.tell()).toEqual(['cleared dsm-fatigue v1 10:01:10']);
});
