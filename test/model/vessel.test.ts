import { expect, test } from 'vitest';
import { Catalog } from '../../model/catalog.js';
import { Fleet } from '../../model/fleet.js';
import { countOnline, isOnline } from '../../model/online.js';
import { sourceNumber } from '../../model/source.js';
import type { Upload } from '../../model/upload.js';
import type { Vehicle } from '../../model/vehicle.js';
import { shipTypeName, vesselAfter } from '../../model/vessel.js';
import { at, DAY } from '../tracks/support.js';

function said(time: number, content: Record<string, unknown>): Upload {
  const of = { id: String(time), vehicleNo: 1, vehicleId: 'mmsi:413771018', kind: 'vessel', source: 'ais' } as const;
  return { ...of, time, receivedTime: time, content: { mmsi: '413771018', ...content } };
}

test('what a ship says piece by piece adds up; what is not known, and what is older, takes nothing away', () => {
  const named = vesselAfter(undefined, said(1, { name: 'HAI XUN', part: 0 }));
  const typed = vesselAfter(
    named,
    said(2, { shipType: 55, callsign: '', toBow: 80, toStern: 20, toPort: 0, toStarboard: 0 }),
  );
  const bound = vesselAfter(typed, said(3, { destination: 'SHANGHAI', draughtM: 6.1, imo: 0, shipType: 0 }));
  expect(bound).toEqual({
    ...{ mmsi: '413771018', name: 'HAI XUN', callsign: null, imo: null, shipType: 55 },
    ...{ shipTypeName: 'law-enforcement', length: 100, beam: null, draught: 6.1, destination: 'SHANGHAI', at: 3 },
  });
  expect(vesselAfter(bound, said(2, { name: 'OLD' }))).toBe(bound);
});

test('a ship whose antenna is somewhere unsaid has her size all the same', () => {
  // ITU-R M.1371-5, figure 41: A = C = 0 and B, D other than 0.
  const sized = vesselAfter(undefined, said(1, { toBow: 0, toStern: 120, toPort: 0, toStarboard: 18 }));
  expect(sized).toMatchObject({ length: 120, beam: 18 });
  const atTheStern = vesselAfter(sized, said(2, { toBow: 90, toStern: 0, toPort: 9, toStarboard: 0 }));
  expect(atTheStern).toMatchObject({ length: 90, beam: 9 });
  const unsaid = vesselAfter(atTheStern, said(3, { toBow: 0, toStern: 0, toPort: 0, toStarboard: 0 }));
  expect(unsaid).toMatchObject({ length: 90, beam: 9 });
  expect(vesselAfter(undefined, said(1, { toStern: 120 }))).toMatchObject({ length: null, beam: null });
});

test.each([
  [51, 'search-and-rescue'],
  [79, 'cargo'],
  [80, 'tanker'],
  [38, null],
  [0, null],
])('type %i is %s', (type, name) => expect(shipTypeName(type)).toBe(name));

test('the catalog knows it after a checkpoint too, and forgets it with the vessel', () => {
  const catalog = new Catalog();
  const vehicle: Vehicle = {
    ...{ no: 1, id: 'mmsi:413771018', plate: null, plateColor: null, category: 'vessel', company: null, region: null },
    ...{ terminals: [], createdAt: 0 },
  };
  catalog.apply({ type: 'vehicle-put', revision: 1, at: 0, vehicle });
  catalog.apply({ type: 'upload', revision: 2, at: 0, upload: said(1, { name: 'A' }) });
  expect(Catalog.from(JSON.parse(JSON.stringify(catalog.snapshot()))).vessels.get(1)).toMatchObject({ name: 'A' });
  catalog.apply({ type: 'vehicle-delete', revision: 3, at: 0, no: 1 });
  expect(catalog.vessels.size).toBe(0);
});

test('a ship that is silent for longer is still online', () => {
  const fleet = new Fleet();
  fleet.apply(at(0, 0, 0, { vehicleNo: 1, source: sourceNumber('ais'), receivedTime: DAY }));
  fleet.apply(at(0, 0, 0, { vehicleNo: 2, source: sourceNumber('jt808'), receivedTime: DAY }));
  const windows = { onlineMs: 300_000, vesselOnlineMs: 1_800_000 };
  const online = (ms: number) => [1, 2].map((no) => isOnline(fleet, no, DAY + ms, windows));
  expect([online(300_000), online(300_001), online(1_800_001)]).toEqual([
    [true, true],
    [true, false],
    [false, false],
  ]);
  expect(countOnline(fleet, DAY + 600_000, windows)).toBe(1);
  expect(isOnline(fleet, 1e6, DAY, windows)).toBe(false);
});
