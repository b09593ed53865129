import { AHEAD, AROUND, intoAhead, outOfAround, stopAhead } from './grounds.js';
import { atFirst, atFirstOfGuilty, guiltyAfter, inside, type Plant } from './plant.js';

/** Rules that ask where a vehicle is, and for how long. */
export const IN_PLACES: readonly Plant[] = [
  {
    type: 'forbidden-inside',
    watches: 'others',
    zone: AHEAD,
    drive: intoAhead,
    began: atFirst(inside(AHEAD)),
    known: 0,
  },
  {
    type: 'required-inside',
    watches: 'itself',
    zone: AROUND,
    drive: outOfAround,
    began: atFirst((fix) => !inside(AROUND)(fix)),
    known: 0,
  },
  {
    type: 'crossing',
    watches: 'others',
    zone: AHEAD,
    step: 60,
    drive: (track, guilty) => (guilty ? track.drive(360, 80) : track.drive(180, 80, 0).drive(360, 80)),
    began: atFirst((fix, i, fixes) => i > 0 && fix.x > AHEAD.x && fixes[i - 1].x < AHEAD.x && fix.y < 1000),
    known: 0,
  },
  {
    type: 'dwell-too-long',
    watches: 'others',
    params: { seconds: 300 },
    zone: AHEAD,
    drive: stopAhead(600, 120),
    began: atFirstOfGuilty(inside(AHEAD)),
    known: 300,
  },
  {
    type: 'dwell-too-short',
    watches: 'others',
    params: { seconds: 60 },
    zone: AHEAD,
    drive: stopAhead(0, 120, 180),
    began: atFirstOfGuilty((fix, i, fixes) => i > 0 && inside(AHEAD)(fixes[i - 1]) && !inside(AHEAD)(fix)),
    known: 0,
  },
  {
    type: 'stay-still',
    watches: 'itself',
    params: { seconds: 300, radius: 50 },
    after: 'drive',
    drive: stopAhead(600, 120),
    began: atFirstOfGuilty((_, i, fixes) => fixes[i + 1]?.speedKmh === 0),
    known: 300,
  },
  {
    type: 'dangerous-goods-ban',
    watches: 'others',
    zone: AHEAD,
    category: (guilty) => (guilty ? 'dangerous-goods' : 'truck'),
    drive: (track) => track.drive(240, 60),
    began: atFirstOfGuilty(inside(AHEAD)),
    known: 0,
  },
  {
    type: 'route-deviation',
    watches: 'itself',
    paramsOn: (place) => ({ line: [place(0, 0), place(20_000, 0)], width: 200 }),
    drive: (track, guilty) =>
      track
        .drive(120, 60)
        .drive(guilty ? 60 : 0, 60, 0)
        .drive(180, 60),
    began: atFirst((fix) => fix.y > 100),
    known: 30,
  },
  {
    type: 'route-deviation',
    variant: 'by segment',
    watches: 'itself',
    // 200 m aside is on the route while it is 1 km wide, and not where it is 100 m.
    paramsOn: (place) => ({ line: [place(0, 0), place(6000, 0), place(20_000, 0)], width: [1000, 100] }),
    drive: (track, guilty) =>
      track
        .drive(20, 36, 0)
        .drive(300, 60)
        .drive(guilty ? 0 : 20, 36, 180)
        .drive(240, 60),
    began: atFirst(({ x, y }) => y > 50 && Math.hypot(Math.max(0, x - 6000), y) > 500),
    known: 30,
  },
  {
    type: 'gathering',
    watches: 'others',
    // All of these are on one road.
    also: ['route-deviation', 'road-speed'],
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
    began: guiltyAfter(120),
    known: 60,
  },
  {
    type: 'gathering',
    variant: 'some elsewhere',
    watches: 'others',
    also: ['route-deviation', 'road-speed'],
    params: { count: 4, radius: 150 },
    timing: { minDuration: 60 },
    group: 5,
    start: (member) => [-500 * (member + 1), 0],
    drive(track, guilty, member) {
      // Whoever leaves does it where there is no network, and is taken for staying: two of the innocent, and one of the guilty, without whom there are enough.
      track.drive(120, ((500 * (member + 1)) / 120) * 3.6).stand(30);
      if (member < (guilty ? 4 : 3)) track.stand(450);
      else track.unheard(270, 60).drive(180, 60);
      track.drive(300, 30 + 15 * member, 0);
    },
    after: 'drive',
    began: guiltyAfter(120),
    known: 60,
  },
];
