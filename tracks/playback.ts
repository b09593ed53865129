import { type Box, boxContains } from '../geo/box.js';
import { lonMetresPerDegree, METRES_PER_DEGREE } from '../geo/distance.js';
import type { Bounds } from '../store/tile.js';
import type { ReportRow } from '../store/travel.js';
import { LONGEST_LEG_M, SILENCE_MS } from './leg.js';

/** What a playback asks of the database (store/travel.ts). */
export interface ReportSource {
  reportsIn(bounds: Bounds, from: number, to: number): AsyncIterable<ReportRow[]>;
}

/** One moment: the newest report of every vehicle in the box that was heard within SILENCE_MS. Valid until the next is pulled. */
export interface Frame {
  /** Epoch ms. */
  time: number;
  reports: Iterable<ReportRow>;
}

/**
 * An area as it was, moment after moment: `from`, `from` + `stepMs`, … up to `to` (epoch ms). Reports around the box are
 * read too, so that who leaves it is seen to leave. Holds one report per vehicle, however long it goes on.
 */
export async function* playback(
  source: ReportSource,
  box: Box,
  from: number,
  to: number,
  stepMs: number,
): AsyncGenerator<Frame> {
  const newest = new Map<number, ReportRow>();
  let time = from;
  const frame = (): Frame => ({ time, reports: inBox(newest, box, time) });
  for await (const rows of source.reportsIn(boundsAround(box), from - SILENCE_MS, to + 1)) {
    for (const row of rows) {
      for (; row[1] > time && time <= to; time += stepMs) yield frame();
      newest.set(row[0], row);
    }
  }
  for (; time <= to; time += stepMs) yield frame();
}

function* inBox(newest: Map<number, ReportRow>, box: Box, now: number): Iterable<ReportRow> {
  for (const [vehicleNo, row] of newest) {
    if (now - row[1] > SILENCE_MS) newest.delete(vehicleNo);
    else if (boxContains(box, row[2], row[3])) yield row;
  }
}

function boundsAround({ minX, minY, maxX, maxY }: Box): Bounds {
  const north = LONGEST_LEG_M / METRES_PER_DEGREE;
  const east = LONGEST_LEG_M / lonMetresPerDegree(Math.min(85, Math.max(Math.abs(minY), Math.abs(maxY))));
  return { west: minX - east, south: minY - north, east: maxX + east, north: maxY + north };
}
