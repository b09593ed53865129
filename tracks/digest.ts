import { copyOfFix, type Fixes } from '../model/fixes.js';
import type { Position } from '../model/position.js';
import type { Journey, Stop } from '../model/trip.js';
import type { History } from '../store/history.js';
import type { JourneyTables } from '../store/journeys.js';
import type { Travel } from '../store/travel.js';
import { HOUR_MS, HourSums } from './hours.js';
import { tripsAndStops } from './trips.js';
import { isQualified } from './usable.js';

/** News of this many batches of the writer are worked in together. */
const NEWS_BATCHES = 1000;
/** Fixes of one vehicle that are held at once: half a day of one per second. */
const CHUNK_FIXES = 50_000;
const DAY_MS = 86_400_000;
/** A vehicle that never rests is looked at this far back. */
const LOOK_BACK_MS = 7 * DAY_MS;
/** How far back, and among how many fixes, the one before an hour is looked for. */
const BEFORE_MS = 31 * DAY_MS;
const BEFORE_FIXES = 50;
/** Where legal times of fixes end (store/copy-rows.ts). */
const END = Date.UTC(2100, 0, 1);

/**
 * Keeps trips, stops and hourly sums in step with the fixes, whenever these arrive: what a vehicle did is worked out
 * again from the last stop before its earliest new fix, and summed again from that fix's hour on. Doing it twice, or
 * again after a crash, changes nothing.
 */
export class Digest {
  constructor(
    readonly tables: JourneyTables,
    readonly history: History,
    readonly travel: Travel,
  ) {}

  /** Works in the news that there are now; resolves with the number of vehicles that had any. */
  async pass(stop?: AbortSignal): Promise<number> {
    const news = await this.tables.news(NEWS_BATCHES);
    if (!news) return 0;
    for (const [vehicleNo, since] of news.since) {
      if (stop?.aborted) return 0; // the news stay, and are read again
      await this.#workJourney(vehicleNo, since);
      await this.#workHours(vehicleNo, since);
    }
    await this.tables.dropNews(news.last);
    return news.since.size;
  }

  async #workJourney(vehicleNo: number, since: number): Promise<void> {
    let stop = await this.tables.stopBefore(vehicleNo, since);
    let from = stop?.seenUntil ?? since - LOOK_BACK_MS;
    for (;;) {
      const fixes = await this.#fixes(vehicleNo, from);
      const journey = tripsAndStops(fixes, stop);
      const whole = fixes.length < CHUNK_FIXES;
      if (!whole) endTrip(journey);
      await this.tables.replaceJourney(vehicleNo, stop?.start ?? from, journey);
      if (whole) return;
      const last = fixes[fixes.length - 1].fixTime;
      stop = lastStop(journey, from, last);
      from = stop?.seenUntil ?? last;
    }
  }

  async #fixes(vehicleNo: number, from: number): Promise<Position[]> {
    const fixes: Position[] = [];
    for await (const batch of this.history.track(vehicleNo, from, END)) {
      for (const p of batch) fixes.push(copyOfFix(p));
      if (fixes.length >= CHUNK_FIXES) break;
    }
    return fixes;
  }

  async #workHours(vehicleNo: number, since: number): Promise<void> {
    const from = Math.floor(since / HOUR_MS) * HOUR_MS;
    const earlier = await this.travel.before(vehicleNo, from, from - BEFORE_MS, BEFORE_FIXES);
    const sums = new HourSums(firstQualified(earlier));
    for await (const batch of this.history.track(vehicleNo, from, END)) {
      for (const p of batch) sums.add(p);
    }
    await this.tables.replaceHours(vehicleNo, from, sums.hours);
  }
}

function firstQualified(fixes: Fixes): Position | null {
  for (const p of fixes) if (isQualified(p)) return copyOfFix(p);
  return null;
}

/** A later stop to go on from than that at `from`. */
function lastStop({ stops }: Journey, from: number, last: number): Stop | undefined {
  return stops.findLast(({ seenUntil, end }) => seenUntil > from && end < last);
}

/** What was still under way where the chunk ended is worked out again with the next one, or else ends here. */
function endTrip({ trips }: Journey): void {
  const last = trips.at(-1);
  if (last && last.ended === null) last.ended = 'gap';
}
