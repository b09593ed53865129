import { describe, expect, test } from 'vitest';
import { type MeterRecord, type MeterTrip, meterTripOf, tripTimes } from '../../model/meter-trip.js';
import { BACKFILLED, LOCATED, type Position } from '../../model/position.js';
import { sourceNumber } from '../../model/source.js';
import { checkMeterTrip, overall } from '../../tracks/meter-check.js';
import { at, DAY } from './support.js';

const JT905 = sourceNumber('jt905');
const LOADED = 1 << 9;
const EMPTY = 0;
/** The ride: from second 600 to second 1200 along 10 m/s, 6 km. */
const START = 600;
const END = 1200;

function drive({ every = 20, status = LOADED, odometer = true, from = 480, to = 1320 } = {}): Position[] {
  const fixes: Position[] = [];
  for (let s = from; s <= to; s += every) {
    const loaded = s >= START && s <= END;
    const more = {
      source: JT905,
      statusWord: loaded ? status : EMPTY,
      mileageKm: odometer ? 100 + s / 100 : Number.NaN,
    };
    fixes.push(at(s, s * 10, 0, more));
  }
  return fixes;
}

/** As the trip's own positions enter the track. */
function own(seconds: number, east: number): Position {
  return at(seconds, east, 0, { source: JT905, flags: LOCATED | BACKFILLED, quality: 1 });
}

const METER: MeterRecord = {
  on: DAY + START * 1000,
  off: DAY + END * 1000,
  km: 6,
  emptyKm: 1.2,
  fareYuan: 23,
  extraYuan: 1,
  waitingMs: 60_000,
  payment: 'cash',
  number: 12,
  plate: 'E339KK',
  driver: 'D-77',
};

function trip(meter: Partial<MeterRecord> = {}, ends: { pickUp?: Position; dropOff?: Position } = {}): MeterTrip {
  const endOf = ({ fixTime, lon, lat }: Position) => ({ time: fixTime, lon, lat });
  return {
    id: 'a',
    receivedTime: DAY + 1300_000,
    pickUp: endOf(ends.pickUp ?? at(START + 3, START * 10 + 30)),
    dropOff: endOf(ends.dropOff ?? at(END + 3, END * 10 + 30)),
    operationId: 5,
    orderId: 0,
    rating: 'satisfied',
    meter: { ...METER, ...meter },
    datum: null,
  };
}

const verdicts = (of: MeterTrip, fixes: Position[]) => {
  const { checks } = checkMeterTrip(of, fixes);
  const each = Object.entries(checks).map(([name, { verdict }]) => [name, verdict]);
  return { ...Object.fromEntries(each), all: overall(checks) };
};

test('an honest trip agrees in everything, with the figures', () => {
  const { checks } = checkMeterTrip(trip(), drive());
  expect(checks).toEqual({
    distance: {
      verdict: 'agrees',
      meterKm: 6,
      trackKm: expect.closeTo(6, 2),
      odometerKm: expect.closeTo(6, 2),
      by: 'odometer',
    },
    start: { verdict: 'agrees', metres: expect.closeTo(0, 0) },
    end: { verdict: 'agrees', metres: expect.closeTo(0, 0) },
    loaded: { verdict: 'agrees', fixes: 24, loaded: 24 },
    clock: { verdict: 'agrees', seconds: 3 },
  });
  expect(overall(checks)).toBe('agrees');
});

describe('distance', () => {
  test.each([
    [6.59, 'agrees'], // 0.3 km or a tenth: 0.6 km here
    [6.7, 'differs'],
    [5.3, 'differs'],
  ])('%f km on the meter of 6 driven: %s', (km, verdict) => {
    expect(verdicts(trip({ km }), drive())).toMatchObject({ distance: verdict });
    expect(verdicts(trip({ km }), drive({ odometer: false }))).toMatchObject({ distance: verdict });
  });

  test('a track with holes cannot show that the meter has too much, but that it has too little', () => {
    const holed = drive({ odometer: false }).filter(
      ({ fixTime }) => fixTime < DAY + 700_000 || fixTime > DAY + 900_000,
    );
    expect(checkMeterTrip(trip({ km: 9 }), holed).checks.distance).toMatchObject({ verdict: 'unknown', by: null });
    expect(checkMeterTrip(trip({ km: 3 }), holed).checks.distance).toMatchObject({ verdict: 'differs', by: 'track' });
  });
});

test('ends far from where the track has the vehicle differ, whatever they themselves brought into the track', () => {
  const far = own(START + 3, START * 10 + 830);
  const fixes = [...drive(), far].sort((a, b) => a.fixTime - b.fixTime);
  const { checks, start } = checkMeterTrip(trip({}, { pickUp: far }), fixes);
  expect(checks.start).toEqual({ verdict: 'differs', metres: expect.closeTo(800, 0) });
  expect(checks.end.verdict).toBe('agrees');
  expect(start).toBe(far);
});

test('places of another datum are taken from the track alone', () => {
  const gcj02 = { ...trip(), datum: 'gcj02' };
  expect(verdicts(gcj02, drive())).toMatchObject({ start: 'unknown', end: 'unknown' });
  const fixes = [...drive(), own(START + 3, START * 10 + 30)].sort((a, b) => a.fixTime - b.fixTime);
  expect(verdicts(gcj02, fixes)).toMatchObject({ start: 'agrees', end: 'unknown' });
});

test('a vehicle that says it is empty under way contradicts its meter', () => {
  expect(checkMeterTrip(trip(), drive({ status: EMPTY })).checks.loaded).toEqual({
    verdict: 'differs',
    fixes: 24,
    loaded: 0,
  });
});

test('clocks that are more than three minutes apart differ', () => {
  const late = { on: METER.on - 240_000, off: METER.off - 240_000 };
  expect(checkMeterTrip(trip(late), drive()).checks.clock).toEqual({ verdict: 'differs', seconds: 243 });
});

test('without a track, and without a meter, nothing is known', () => {
  expect(verdicts(trip(), [])).toMatchObject({ distance: 'unknown', start: 'unknown', loaded: 'unknown' });
  const cut = { ...trip(), meter: null };
  expect(verdicts(cut, [])).toEqual({
    distance: 'unknown',
    start: 'unknown',
    end: 'unknown',
    loaded: 'unknown',
    clock: 'unknown',
    all: 'unknown',
  });
});

test('fixes that are of no use, and those of a source that says less, are left out', () => {
  const wild = at(800, 90_000, 0, { source: JT905, quality: 1 << 4 });
  const other = [700, 900].map((s) => at(s, 0, 50_000, { source: sourceNumber('http') }));
  const fixes = [...drive(), wild, ...other].sort((a, b) => a.fixTime - b.fixTime);
  expect(verdicts(trip(), fixes)).toMatchObject({ distance: 'agrees', all: 'agrees' });
});

describe('an upload of kind trip', () => {
  const block = (time: string, more = {}) => ({ lat: 31.2, lon: 121.4, status: 0, time, ...more });
  const content = {
    emptyToLoaded: block('2025-06-01T23:50:10+08:00'),
    loadedToEmpty: block('2025-06-02T00:20:40+08:00', { status: 0b110 }),
    ...{ operationId: 7, callOrderId: 0, rating: 1, ratingName: 'satisfied' },
    meter: {
      ...{ plate: 'E339KK', driverCert: 'D-77 ', on: '2025-06-01T23:50+08:00', off: '2025-06-02T00:20+08:00' },
      ...{ km: 12.3, emptyKm: 0.4, extraYuan: 1, waitingHHmm: '0105', amountYuan: 45.6, tripNumber: 9 },
      paymentName: null,
    },
  };
  const upload = {
    id: 'u',
    vehicleNo: 1,
    vehicleId: 'v',
    kind: 'trip',
    time: 0,
    receivedTime: 5,
    source: 'jt905',
  } as const;

  test('is read with its hemispheres and units', () => {
    const read = meterTripOf({ ...upload, content });
    expect(read).toMatchObject({
      pickUp: { lat: 31.2, lon: 121.4 },
      dropOff: { lat: -31.2, lon: -121.4 },
      meter: { km: 12.3, waitingMs: 65 * 60_000, fareYuan: 45.6, driver: 'D-77', payment: null },
    });
    expect(read && tripTimes(read)).toEqual({
      start: Date.parse('2025-06-01T23:50:10+08:00'),
      end: Date.parse('2025-06-02T00:20:40+08:00'),
    });
  });

  test('may lack anything', () => {
    const read = meterTripOf({ ...upload, content: { meterRaw: '01', loadedToEmpty: block('x', { status: 1 }) } });
    expect(read).toMatchObject({ meter: null, dropOff: { lon: Number.NaN, time: Number.NaN }, rating: null });
    expect(meterTripOf({ ...upload, kind: 'shift', content })).toBeNull();
  });
});
