import type { Plant } from './plant.js';

/** A circle that lies ahead of everybody, and one that everybody starts in: metres from the start, east and north. */
export const AHEAD = { x: 2000, y: 0, radius: 300 };
export const AROUND = { x: 1000, y: 0, radius: 5000 };

/** The guilty drive through the circle ahead; the innocent pass it by. */
export const intoAhead: Plant['drive'] = (track, guilty) => track.drive(30, 60, guilty ? 90 : 0).drive(240, 60);

/** The guilty drive out of the circle around them; the innocent stop before its edge. */
export const outOfAround: Plant['drive'] = (track, guilty) => track.drive(guilty ? 480 : 240, 60);

/** All drive to the circle ahead, stand there for so many seconds, and drive on. */
export const stopAhead =
  (guiltyS: number, innocentS: number, onS = 120): Plant['drive'] =>
  (track, guilty) =>
    track
      .drive(120, 60)
      .stand(guilty ? guiltyS : innocentS)
      .drive(onS, 60);
