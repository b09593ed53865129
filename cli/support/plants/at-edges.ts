import { AHEAD, AROUND, intoAhead, outOfAround } from './grounds.js';
import { atFirst, inside, type Plant } from './plant.js';

/** Rules that ask when a vehicle comes and goes, and let pass who only touches the edge. */
export const AT_EDGES: readonly Plant[] = [
  {
    type: 'fence-enter',
    watches: 'others',
    zone: AHEAD,
    timing: { minDuration: 15 },
    drive: intoAhead,
    began: atFirst(inside(AHEAD)),
    known: 15,
  },
  {
    type: 'fence-exit',
    watches: 'others',
    zone: AROUND,
    timing: { minDuration: 15 },
    drive: outOfAround,
    began: atFirst((fix) => !inside(AROUND)(fix)),
    known: 15,
  },
];
