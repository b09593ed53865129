import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withMotion } from '../../cli/support/motion.js';
import { readTracks, type TrackOptions } from '../../cli/support/tracks.js';
import { needs } from '../support/needs.js';
import { tempDir } from '../support/temp-dir.js';

async function tracksOf(csv: string, options?: TrackOptions) {
  const file = join(await tempDir(), 'tracks.csv');
  await writeFile(file, csv);
  return readTracks(file, options);
}

test('guesses columns, sorts each vehicle by time, and drops leading zeros of numbers', async () => {
  const tracks = await tracksOf(
    'Plate,Timestamp,LNG,Latitude,speed\n0012,2020-07-18T09:01:00+08:00,120.2,31.2,10\n0012,2020-07-18T09:00:00+08:00,120.1,31.1,20\n苏B1,1595034000,120,31,\n',
  );
  expect([...tracks.byVehicle.keys()]).toEqual(['12', '苏B1']);
  expect(tracks.byVehicle.get('12')?.map((fix) => [fix.time, fix.lon, fix.speedKmh])).toEqual([
    [Date.UTC(2020, 6, 18, 1, 0), 120.1, 20],
    [Date.UTC(2020, 6, 18, 1, 1), 120.2, 10],
  ]);
  expect(tracks.byVehicle.get('苏B1')?.[0]).toMatchObject({ time: 1595034000000, speedKmh: NaN });
  expect(tracks.bad).toEqual([]);
});

test('times without a zone are Beijing time, and times of day need a date', async () => {
  const csv = 'id,time,lon,lat\n1,2020-07-18 08:00:00,120,31\n1,08:00:01,120,31\n';
  const [dated, undated] = [await tracksOf(csv, { date: '2020-07-18' }), await tracksOf(csv)];
  expect(dated.byVehicle.get('1')?.map((fix) => fix.time)).toEqual([
    Date.UTC(2020, 6, 18),
    Date.UTC(2020, 6, 18, 0, 0, 1),
  ]);
  expect(undated.bad).toEqual([{ line: 3, reason: 'time "08:00:01" has no date; give it with --date YYYY-MM-DD' }]);
});

test('bad lines are collected with number and reason, and the good ones kept', async () => {
  const csv =
    'vehicle,time,lon,lat,speed\n' +
    ',2020-07-18T09:00:00Z,120,31,1\n1,yesterday,120,31,1\n\n1,2020-07-18T09:00:00Z,220,31,1\n1,2020-07-18T09:00:00Z,120,,1\n' +
    '1,2020-02-29T09:00:00Z,120,31,fast\n1,2020-02-30T09:00:00Z,120,31,1\n1,2020-07-18T09:00:00Z,120,31,1\n';
  const tracks = await tracksOf(csv);
  expect(tracks.fixes).toBe(1);
  expect(tracks.bad).toEqual([
    { line: 2, reason: 'no vehicle' },
    { line: 3, reason: 'time "yesterday" is not a time' },
    { line: 5, reason: 'lon "220" is not a longitude' },
    { line: 6, reason: 'lat "" is not a latitude' },
    { line: 7, reason: 'speed "fast" is not a number' },
    { line: 8, reason: 'time "2020-02-30T09:00:00Z" is not a time' },
  ]);
  await expect(tracksOf(csv, { strict: true })).rejects.toThrow(/tracks\.csv:2: no vehicle$/);
});

test.each([
  ['', /the file is empty/],
  ['a,b\n1,2\n', /no column for vehicle, time, lon, lat among a, b; name it with --map COLUMN=vehicle/],
])('a file that is no track file says so: %j', async (csv, message) => {
  await expect(tracksOf(csv)).rejects.toThrow(message);
});

test('columns can be named, and a name that is not there is an error', async () => {
  const csv = 'x,y,who,when\n120,31,7,2020-07-18T09:00:00Z\n';
  const map = { x: 'lon', y: 'lat', who: 'vehicle', when: 'time' };
  expect((await tracksOf(csv, { map })).byVehicle.get('7')?.[0]).toMatchObject({ lon: 120, lat: 31 });
  await expect(tracksOf(csv, { map: { z: 'lon' } })).rejects.toThrow('no column "z"; there are x, y, who, when');
});

test('a file that does not exist is bad input', async () => {
  await expect(readTracks('/nowhere/tracks.csv')).rejects.toThrow(/no such file/);
});

test('speed and heading come from each fix and the one before it', async () => {
  const tracks = await tracksOf(
    'id,time,lon,lat\n1,2020-07-18T09:00:00Z,120,31\n1,2020-07-18T09:01:00Z,120,31.01\n1,2020-07-18T09:02:00Z,120.01,31.01\n1,2020-07-18T09:03:00Z,120.01,31.01\n',
  );
  const fixes = tracks.byVehicle.get('1') ?? [];
  withMotion(fixes);
  expect(fixes.map((fix) => fix.headingDeg)).toEqual([0, 0, 90, 90]);
  // 0.01° of latitude is 1,111.95 m on the sphere; of longitude at 31.01° N, 953.0 m.
  expect(fixes.map((fix) => Math.round(fix.speedKmh * 10) / 10)).toEqual([0, 66.7, 57.2, 0]);
});

needs('recordings', 'the recorded tracks', (shared) => {
  test('the taxis of Wuxi are read whole', async () => {
    const tracks = await readTracks(join(shared, 'data/wuxi-taxis.csv'));
    expect([tracks.byVehicle.size, tracks.fixes, tracks.bad]).toEqual([238, 10_548, []]);
  });
});

test('coordinates of another datum become WGS-84', async () => {
  const csv = 'id,time,lon,lat\n1,2020-07-18T09:00:00Z,116.403695,39.910591\n';
  const tracks = await tracksOf(csv, { datum: 'gcj02' });
  const [{ lon, lat }] = tracks.byVehicle.get('1') ?? [];
  expect([lon, lat]).toEqual([expect.closeTo(116.397451, 5), expect.closeTo(39.909187, 5)]);
});
