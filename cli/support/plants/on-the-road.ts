import { atFirst, atFirstOfGuilty, type Plant, type PlantedRoad } from './plant.js';

const road = (place: (x: number, y: number) => [number, number], y: number, maxspeed: number): PlantedRoad => ({
  id: `planted-${maxspeed}`,
  maxspeed,
  line: [place(-1000, y), place(20_000, y)],
});

const ownCard = (guilty: boolean, i: number) => `C-${guilty ? 'guilty' : 'innocent'}-${i}`;

/** Rules that ask how, when and by whom a vehicle is driven. */
export const ON_THE_ROAD: readonly Plant[] = [
  {
    type: 'speed-limit',
    watches: 'others',
    params: { limit: 95 },
    drive: (track, guilty) =>
      track
        .drive(120, 60)
        .drive(guilty ? 120 : 20, 100)
        .drive(240, 60),
    began: atFirstOfGuilty((fix) => fix.speedKmh > 95),
    known: 30,
  },
  {
    type: 'road-speed',
    watches: 'others',
    // Side by side, 60 m apart: a street, and a motorway on which the innocent are.
    roadsOn: (place) => [road(place, 0, 60), road(place, 60, 120)],
    drive: (track, guilty) => (guilty ? track : track.drive(10, 21.6, 0)).drive(120, 55).drive(120, 80).drive(120, 55),
    began: atFirstOfGuilty((fix) => fix.speedKmh > 60),
    known: 30,
  },
  {
    type: 'road-speed',
    variant: 'in fog',
    watches: 'others',
    // With 80 m of visibility 40 km/h on a motorway; who is faster for 20 s only is innocent.
    fog: 80,
    roadsOn: (place) => [{ ...road(place, 0, 100), id: 'planted-in-fog', highway: 'motorway' }],
    drive: (track, guilty) =>
      track
        .drive(120, 35)
        .drive(guilty ? 120 : 20, 60)
        .drive(240, 35),
    began: atFirstOfGuilty((fix) => fix.speedKmh > 40),
    known: 30,
  },
  {
    type: 'road-speed',
    variant: 'by the hour',
    watches: 'others',
    // The start is at 01:30: the innocent are as fast on the same road, but after two.
    roadsOn: (place) => [{ ...road(place, 0, 80), id: 'planted-by-hour', conditional: '60 @ (22:00-02:00)' }],
    drive: (track, guilty) =>
      track
        .stand(guilty ? 60 : 1860)
        .drive(120, 55)
        .drive(120, 70)
        .drive(120, 55),
    began: atFirstOfGuilty((fix) => fix.speedKmh > 60),
    known: 30,
  },
  {
    type: 'night-ban',
    watches: 'itself',
    params: { hours: { from: '02:00', to: '05:00' } },
    // The start is at 01:30.
    drive: (track, guilty) =>
      track
        .drive(1500, 20)
        .drive(60, 20)
        .stand(guilty ? 0 : 900)
        .drive(guilty ? 600 : 0, 20),
    began: atFirst((fix) => fix.at >= 1800 && fix.speedKmh > 5),
    known: 60,
  },
  {
    type: 'fatigue',
    watches: 'itself',
    params: { dayHours: 1, nightHours: 24, hoursIn24: 24 },
    step: 30,
    drive: (track, guilty) =>
      track
        .drive(2400, 30)
        .stand(guilty ? 600 : 1500)
        .drive(1800, 30),
    began: atFirstOfGuilty((fix) => fix.speedKmh >= 5),
    known: 3600,
  },
  {
    type: 'driver-card',
    watches: 'itself',
    params: { faults: ['no-card', 'not-permitted', 'expired'] },
    // None, one of somebody else, one that has expired; the innocent put theirs in before they drive on.
    drivers: (guilty, i) => [{ certificate: ownCard(guilty, i), from: '2026-01-01', to: null }],
    cards(guilty, i) {
      const own = ownCard(guilty, i);
      const wrong = [
        { at: 100, certificate: null },
        { at: 100, certificate: `${own}-other`, validUntil: '2027-12-31' },
        { at: 100, certificate: own, validUntil: '2026-03-01' },
      ];
      const right = { at: 160, certificate: own, validUntil: '2026-03-02' };
      return [{ at: 0, certificate: own, validUntil: '2027-12-31' }, wrong[i % 3], ...(guilty ? [] : [right])];
    },
    drive: (track, guilty) =>
      track
        .drive(90, 50)
        .stand(90)
        .drive(guilty ? 240 : 120, 50),
    began: atFirstOfGuilty((fix) => fix.at > 180 && fix.speedKmh > 5),
    known: 60,
  },
  {
    type: 'driver-card',
    variant: 'two vehicles',
    watches: 'others',
    params: { faults: ['two-vehicles'] },
    group: 2,
    each: true,
    start: (member) => [0, 3000 * member],
    cards: (guilty, i, member) => [
      { at: 0, certificate: guilty ? `T${i}` : `T${i}-${member}`, validUntil: '2027-12-31' },
    ],
    drive: (track) => track.drive(300, 50),
    began: atFirstOfGuilty((fix) => fix.speedKmh > 5),
    known: 60,
  },
  {
    type: 'driver-card',
    variant: 'heard of late',
    watches: 'itself',
    params: { faults: ['no-card', 'not-permitted'] },
    drivers: (guilty, i) => [{ certificate: ownCard(guilty, i), from: '2026-01-01', to: null }],
    // That the card was taken out, or changed for another one, is heard of on the way; so is that of the innocent, who put theirs in again.
    cards(guilty, i) {
      const own = ownCard(guilty, i);
      const begin = { at: 0, certificate: own, validUntil: '2027-12-31' };
      if (guilty) return [begin, { ...begin, at: 100, certificate: i % 2 ? null : `${own}-other`, heldBack: 300 }];
      return [begin, { at: 100, certificate: null }, { ...begin, at: 160, heldBack: 200 }];
    },
    drive: (track) => track.drive(90, 50).stand(90).drive(420, 50),
    began: atFirstOfGuilty((fix) => fix.at > 180 && fix.speedKmh > 5),
    known: 210,
  },
  {
    type: 'offline',
    watches: 'others',
    also: ['offline-displacement', 'no-fix-driving'],
    params: { seconds: 300 },
    drive: (track, guilty) =>
      track
        .drive(120, 40)
        .silent(guilty ? 900 : 120, 500)
        .drive(120, 40),
    began: atFirstOfGuilty((fix, i, fixes) => (fixes[i + 1]?.at ?? fix.at) - fix.at > 300),
    known: 300,
  },
  {
    type: 'offline-displacement',
    watches: 'others',
    also: ['no-fix-driving'],
    params: { seconds: 300, metres: 2000 },
    drive: (track, guilty) =>
      track
        .drive(120, 40)
        .silent(900, guilty ? 6000 : 500)
        .drive(120, 40),
    began: atFirstOfGuilty((fix, i, fixes) => i > 0 && fix.at - fixes[i - 1].at > 300),
    known: 0,
  },
  {
    type: 'offline',
    variant: 'filled late',
    watches: 'others',
    also: ['offline-displacement', 'no-fix-driving'],
    params: { seconds: 300 },
    // All were out of the network; what the innocent did there comes late, and of the guilty the first minute.
    drive: (track, guilty) =>
      guilty
        ? track.drive(120, 40).unheard(60, 40).silent(840, 500).drive(120, 40)
        : track.drive(120, 40).unheard(900, 40).drive(120, 40),
    began: atFirstOfGuilty((fix, i, fixes) => (fixes[i + 1]?.at ?? fix.at) - fix.at > 300),
    known: 300,
  },
  {
    type: 'offline-displacement',
    variant: 'filled late',
    watches: 'others',
    also: ['no-fix-driving'],
    params: { seconds: 300, metres: 2000 },
    drive: (track, guilty) =>
      guilty
        ? track.drive(120, 40).unheard(60, 40).silent(840, 6000).drive(120, 40)
        : track.drive(120, 40).unheard(900, 40).drive(120, 40),
    began: atFirstOfGuilty((fix, i, fixes) => i > 0 && fix.at - fixes[i - 1].at > 300),
    known: 0,
  },
];
