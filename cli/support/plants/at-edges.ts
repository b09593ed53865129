import { atFirst, inside, type Plant } from './plant.js';

const ZONE = { x: 2000, y: 0, radius: 300 };
const AROUND = { x: 1000, y: 0, radius: 5000 };

/** Rules that ask when a vehicle comes and goes, and let pass who only touches the edge. */
export const AT_EDGES: readonly Plant[] = [
  {
    type: 'fence-enter',
    watches: 'others',
    zone: ZONE,
    timing: { minDuration: 15 },
    drive: (track, guilty) => track.drive(30, 60, guilty ? 90 : 0).drive(240, 60),
    began: atFirst(inside(ZONE)),
    known: 15,
  },
  {
    type: 'fence-exit',
    watches: 'others',
    zone: AROUND,
    timing: { minDuration: 15 },
    drive: (track, guilty) => track.drive(guilty ? 480 : 240, 60),
    began: atFirst((fix) => !inside(AROUND)(fix)),
    known: 15,
  },
];
