import { copyOfFix, type Fixes } from '../model/fixes.js';
import type { Position } from '../model/position.js';
import type { Journey, Stop } from '../model/trip.js';
import type { VehicleHour } from '../model/vehicle-hour.js';
import type { History } from '../store/history.js';
import type { JourneyTables, RedoneHours, RedoneJourney } from '../store/journeys.js';
import type { Travel } from '../store/travel.js';
import { HOUR_MS, HourSums } from './hours.js';
import { tripsAndStops } from './trips.js';
import { isQualified } from './usable.js';

/** Vehicles that are worked on together, so that what is said to the database is said once for all of them … */
const GROUP = 64;
/** … where they have no more fixes than this each: what a group holds is bounded by the two. */
const GROUP_FIXES = 2_000;
/** What a group reads before an hour begins, to find the fix from which the way into the hour is counted. */
const HOUR_MARGIN_MS = 900_000;
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
    const vehicles = [...news.since];
    for (let i = 0; i < vehicles.length; i += GROUP) {
      if (stop?.aborted) return 0; // the news stay, and are read again
      await this.#workGroup(new Map(vehicles.slice(i, i + GROUP)));
    }
    await this.tables.dropNews(news.last);
    return news.since.size;
  }

  async #workGroup(since: ReadonlyMap<number, number>): Promise<void> {
    const stops = await this.tables.stopsBefore(since);
    const read = new Map<number, number>();
    for (const [no, time] of since) {
      read.set(no, Math.min(journeyStart(time, stops.get(no)), hourOf(time) - HOUR_MARGIN_MS));
    }
    const tracks = byVehicle(await this.travel.since(read, GROUP_FIXES + 1));
    const journeys: RedoneJourney[] = [];
    const hours: RedoneHours[] = [];
    for (const [vehicleNo, time] of since) {
      const fixes = tracks.get(vehicleNo) ?? [];
      const stop = stops.get(vehicleNo);
      if (fixes.length > GROUP_FIXES) {
        await this.#workJourney(vehicleNo, time, stop);
        await this.#workHours(vehicleNo, time);
        continue;
      }
      const from = journeyStart(time, stop);
      const journey = tripsAndStops(
        fixes.filter(({ fixTime }) => fixTime >= from),
        stop,
      );
      journeys.push({ vehicleNo, from: stop?.start ?? from, journey });
      hours.push({ vehicleNo, from: hourOf(time), hours: await this.#hoursOf(vehicleNo, hourOf(time), fixes) });
    }
    await this.tables.replaceJourneys(journeys);
    await this.tables.replaceHours(hours);
  }

  /** Sums from the hour `from` on, out of all fixes since then and some of before. */
  async #hoursOf(vehicleNo: number, from: number, fixes: readonly Position[]): Promise<VehicleHour[]> {
    const first = fixes.findIndex(({ fixTime }) => fixTime >= from);
    const within = first < 0 ? [] : fixes.slice(first);
    const near = fixes.slice(0, first < 0 ? undefined : first).findLast(isQualified);
    const sums = new HourSums(near ?? (await this.#qualifiedBefore(vehicleNo, from)));
    for (const p of within) sums.add(p);
    return sums.hours;
  }

  /** One vehicle alone, however long its track is. */
  async #workJourney(vehicleNo: number, since: number, before: Stop | undefined): Promise<void> {
    let stop = before;
    let from = journeyStart(since, stop);
    for (;;) {
      const fixes = await this.#fixes(vehicleNo, from);
      const journey = tripsAndStops(fixes, stop);
      const whole = fixes.length < CHUNK_FIXES;
      if (!whole) endTrip(journey);
      await this.tables.replaceJourneys([{ vehicleNo, from: stop?.start ?? from, journey }]);
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
    const from = hourOf(since);
    const sums = new HourSums(await this.#qualifiedBefore(vehicleNo, from));
    for await (const batch of this.history.track(vehicleNo, from, END)) {
      for (const p of batch) sums.add(p);
    }
    await this.tables.replaceHours([{ vehicleNo, from, hours: sums.hours }]);
  }

  async #qualifiedBefore(vehicleNo: number, time: number): Promise<Position | null> {
    for (const p of await this.travel.before(vehicleNo, time, time - BEFORE_MS, BEFORE_FIXES)) {
      if (isQualified(p)) return copyOfFix(p);
    }
    return null;
  }
}

function hourOf(time: number): number {
  return Math.floor(time / HOUR_MS) * HOUR_MS;
}

/** From when on a vehicle's journey is worked out again where `since` is its earliest new fix. */
function journeyStart(since: number, stop: Stop | undefined): number {
  return stop?.seenUntil ?? since - LOOK_BACK_MS;
}

function byVehicle(fixes: Fixes): Map<number, Position[]> {
  const tracks = new Map<number, Position[]>();
  let track: Position[] = [];
  for (const p of fixes) {
    if (track[0]?.vehicleNo !== p.vehicleNo) tracks.set(p.vehicleNo, (track = []));
    track.push(copyOfFix(p));
  }
  return tracks;
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
