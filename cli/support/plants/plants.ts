import type { RoadInput } from '../../../geo/road-input.js';
import type { VehicleCategory } from '../../../model/vehicle.js';
import type { PlantedFix, Track } from './track.js';

/** A kind of violation: vehicles that commit it, others that only come near, and how to tell from the fixes alone. */
export interface Plant {
  type: string;
  /** Parameters and timing of the rule, as `PUT /v1/rules/{id}` takes them. */
  params?: object;
  /** Parameters that speak of places: all vehicles are on one ground, and this gives its places. */
  paramsOn?: (place: (x: number, y: number) => [number, number]) => object;
  /** Roads, where the rule is about them: all vehicles are on one ground too. */
  roadsOn?: (place: (x: number, y: number) => [number, number]) => RoadInput[];
  timing?: object;
  /** A circle for each vehicle, on its own ground: metres. */
  zone?: { x: number; y: number; radius: number };
  category?: (guilty: boolean) => VehicleCategory;
  plate?: (guilty: boolean, i: number) => string;
  /** So many vehicles share one ground, and one alert is expected of them; 1 where absent. */
  group?: number;
  step?: number;
  /** Where the member of a group starts, in metres. */
  start?: (member: number) => [x: number, y: number];
  /** What who is done early does until all are done; stands where absent. */
  after?: 'drive';
  drive(track: Track, guilty: boolean, i: number, others: readonly Track[]): void;
  /** Seconds at which the condition began, by the fixes that were really sent; null: no violation among them. */
  began(fixes: readonly PlantedFix[], guilty: boolean): number | null;
  /** Seconds from there until a perfect system could know. */
  known: number;
}

const first = (fixes: readonly PlantedFix[], holds: (fix: PlantedFix, i: number) => boolean): number | null =>
  fixes.find(holds)?.at ?? null;
const inside = (zone: { x: number; y: number; radius: number }) => (fix: PlantedFix) =>
  Math.hypot(fix.x - zone.x, fix.y - zone.y) <= zone.radius;
const ZONE = { x: 2000, y: 0, radius: 300 };
const AHEAD = { x: 1000, y: 0, radius: 5000 };
const road = (place: (x: number, y: number) => [number, number], y: number, maxspeed: number): RoadInput => ({
  id: `road-${maxspeed}`,
  name: null,
  highway: null,
  oneWay: null,
  limits: { maxspeed },
  lines: [[...place(-1000, y), ...place(20_000, y)]],
});
/** By what the driver was told: the fixes say only from when on. */
const when = (guilty: boolean, at: number | null) => (guilty ? at : null);

/** Every kind of rule, with thresholds that a test can wait for. */
export const PLANTS: readonly Plant[] = [
  {
    type: 'forbidden-inside',
    zone: ZONE,
    drive: (track, guilty) => track.drive(30, 60, guilty ? 90 : 0).drive(240, 60),
    began: (fixes) => first(fixes, inside(ZONE)),
    known: 0,
  },
  {
    type: 'required-inside',
    zone: AHEAD,
    drive: (track, guilty) => track.drive(guilty ? 480 : 240, 60),
    began: (fixes) => first(fixes, (fix) => !inside(AHEAD)(fix)),
    known: 0,
  },
  {
    type: 'crossing',
    zone: ZONE,
    step: 60,
    drive: (track, guilty) => (guilty ? track.drive(360, 80) : track.drive(180, 80, 0).drive(360, 80)),
    began: (fixes) => first(fixes, (fix, i) => i > 0 && fix.x > ZONE.x && fixes[i - 1].x < ZONE.x && fix.y < 1000),
    known: 0,
  },
  {
    type: 'dwell-too-long',
    params: { seconds: 300 },
    zone: ZONE,
    drive: (track, guilty) =>
      track
        .drive(120, 60)
        .stand(guilty ? 600 : 120)
        .drive(120, 60),
    began: (fixes, guilty) => when(guilty, first(fixes, inside(ZONE))),
    known: 300,
  },
  {
    type: 'dwell-too-short',
    params: { seconds: 60 },
    zone: ZONE,
    drive: (track, guilty) =>
      track
        .drive(120, 60)
        .stand(guilty ? 0 : 120)
        .drive(180, 60),
    began: (fixes, guilty) =>
      when(
        guilty,
        first(fixes, (fix, i) => i > 0 && inside(ZONE)(fixes[i - 1]) && !inside(ZONE)(fix)),
      ),
    known: 0,
  },
  {
    type: 'stay-still',
    params: { seconds: 300, radius: 50 },
    after: 'drive',
    drive: (track, guilty) =>
      track
        .drive(120, 60)
        .stand(guilty ? 600 : 120)
        .drive(120, 60),
    began: (fixes, guilty) =>
      when(
        guilty,
        first(fixes, (_, i) => fixes[i + 1]?.speedKmh === 0),
      ),
    known: 300,
  },
  {
    type: 'speed-limit',
    params: { limit: 80 },
    drive: (track, guilty) =>
      track
        .drive(120, 60)
        .drive(guilty ? 120 : 20, 100)
        .drive(240, 60),
    began: (fixes, guilty) =>
      when(
        guilty,
        first(fixes, (fix) => fix.speedKmh > 80),
      ),
    known: 30,
  },
  {
    type: 'road-speed',
    roadsOn: (place) => [road(place, 0, 60), road(place, 60, 120)],
    // Side by side, 60 m apart: a street, and a motorway on which the innocent are.
    drive: (track, guilty) => (guilty ? track : track.drive(10, 21.6, 0)).drive(120, 55).drive(120, 80).drive(120, 55),
    began: (fixes, guilty) =>
      when(
        guilty,
        first(fixes, (fix) => fix.speedKmh > 60),
      ),
    known: 30,
  },
  {
    type: 'night-ban',
    params: { hours: { from: '02:00', to: '05:00' } },
    // The start is at 01:30.
    drive: (track, guilty) =>
      track
        .drive(1500, 20)
        .drive(60, 20)
        .stand(guilty ? 0 : 900)
        .drive(guilty ? 600 : 0, 20),
    began: (fixes) => first(fixes, (fix) => fix.at >= 1800 && fix.speedKmh > 5),
    known: 60,
  },
  {
    type: 'dangerous-goods-ban',
    zone: ZONE,
    category: (guilty) => (guilty ? 'dangerous-goods' : 'truck'),
    drive: (track) => track.drive(240, 60),
    began: (fixes, guilty) => when(guilty, first(fixes, inside(ZONE))),
    known: 0,
  },
  {
    type: 'fatigue',
    params: { dayHours: 1, nightHours: 24, hoursIn24: 24 },
    step: 30,
    drive: (track, guilty) =>
      track
        .drive(2400, 30)
        .stand(guilty ? 600 : 1500)
        .drive(1800, 30),
    began: (fixes, guilty) =>
      when(
        guilty,
        first(fixes, (fix) => fix.speedKmh >= 5),
      ),
    known: 3600,
  },
  {
    type: 'route-deviation',
    paramsOn: (place) => ({ line: [place(0, 0), place(20_000, 0)], width: 200 }),
    drive: (track, guilty) =>
      track
        .drive(120, 60)
        .drive(guilty ? 60 : 0, 60, 0)
        .drive(180, 60),
    began: (fixes) => first(fixes, (fix) => fix.y > 100),
    known: 30,
  },
  {
    type: 'offline',
    params: { seconds: 300 },
    drive: (track, guilty) =>
      track
        .drive(120, 40)
        .silent(guilty ? 900 : 120, 500)
        .drive(120, 40),
    began: (fixes, guilty) =>
      when(
        guilty,
        first(fixes, (fix, i) => (fixes[i + 1]?.at ?? fix.at) - fix.at > 300),
      ),
    known: 300,
  },
  {
    type: 'offline-displacement',
    params: { seconds: 300, metres: 2000 },
    drive: (track, guilty) =>
      track
        .drive(120, 40)
        .silent(900, guilty ? 6000 : 500)
        .drive(120, 40),
    began: (fixes, guilty) =>
      when(
        guilty,
        first(fixes, (fix, i) => i > 0 && fix.at - fixes[i - 1].at > 300),
      ),
    known: 0,
  },
  {
    type: 'gathering',
    params: { count: 4, radius: 150 },
    timing: { minDuration: 60 },
    group: 5,
    start: (member) => [-500 * (member + 1), 0],
    drive(track, guilty, member) {
      // All are there after two minutes; of the innocent, two do not stay.
      const kmh = ((500 * (member + 1)) / 120) * 3.6;
      track.drive(120, kmh);
      if (guilty || member < 3) track.stand(480);
      else track.drive(300, 60);
      track.drive(300, 30 + 15 * member, 0);
    },
    after: 'drive',
    began: (_, guilty) => when(guilty, 120),
    known: 60,
  },
  {
    type: 'plate-watch',
    params: { plates: ['京W?????'] },
    plate: (guilty, i) => `京${guilty ? 'W' : 'A'}${String(i).padStart(5, '0')}`,
    drive: (track) => track.drive(120, 60),
    began: (_, guilty) => when(guilty, 0),
    known: 0,
  },
  {
    type: 'fabricated-data',
    drive(track, guilty, i, others) {
      track.drive(600, 50, 45);
      if (!guilty) return;
      const sent = track.fixes.slice(-15);
      if (i % 3 === 0) for (let n = 0; n < 30; n++) track.fake(50);
      else if (i % 3 === 1) for (let n = 0; n < 75; n++) track.fake(50, sent[n % 15]);
      else for (let n = 0; n < 30; n++) track.fake(50, others[i - 1].fixes[track.fixes.length], 2);
    },
    began: (_, guilty) => when(guilty, 600),
    known: 100,
  },
  {
    type: 'sos',
    drive: (track, guilty) =>
      track
        .drive(120, 40)
        .stand(90, guilty ? 1 : 0)
        .drive(120, 40),
    began: (fixes) => first(fixes, (fix) => fix.alarms !== 0),
    known: 0,
  },
];
