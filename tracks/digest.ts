import { copyOfFix, type Fixes } from '../model/fixes.js';
import type { Position } from '../model/position.js';
import type { Journey, Stop } from '../model/trip.js';
import type { History } from '../store/history.js';
import type { JourneyTables, RedoneHours, RedoneJourney } from '../store/journeys.js';
import type { Travel } from '../store/travel.js';
import { HOUR_MS, HourSums, type SumsSoFar } from './hours.js';
import { type KnownVehicle, KnownVehicles } from './known-vehicles.js';
import { type Begun, type Driving, journeyFrom } from './trips.js';
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
/** A vehicle that never rests is looked at this far back, and to the begin of the trip that it was on then. */
const LOOK_BACK_MS = 7 * DAY_MS;
/** How far back, and among how many fixes, the one before an hour is looked for. */
const BEFORE_MS = 31 * DAY_MS;
const BEFORE_FIXES = 50;
/** Where legal times of fixes end (store/copy-rows.ts). */
const END = Date.UTC(2100, 0, 1);

/** From where the news of a vehicle are worked in. Times are epoch ms. */
interface Beginning extends Begun {
  /** Of the earliest new fix. */
  since: number;
  /** Of the first fix that trips and stops are worked out of, and of the first row that gives way to them. */
  from: number;
  replaceFrom: number;
  /** Of the first fix that is summed, and of the first hour that gives way. */
  hoursFrom: number;
  firstHour: number;
  /** Of all fixes before. */
  sums?: SumsSoFar;
}

/**
 * Keeps trips, stops and hourly sums in step with the fixes, whenever these arrive: what a vehicle did is worked out
 * again from the last stop before its earliest new fix, and summed again from that fix's hour on; or, where its fixes come in order,
 * from what was known of it the last time. Doing it twice, or again after a crash, changes nothing.
 */
export class Digest {
  readonly #known = new KnownVehicles();

  constructor(
    readonly tables: JourneyTables,
    readonly history: History,
    readonly travel: Travel,
  ) {}

  /** Works in the news that there are now; resolves with the number of vehicles that had any. */
  async pass(stop?: AbortSignal): Promise<number> {
    const news = await this.tables.news(NEWS_BATCHES);
    if (!news) return 0;
    this.#known.begin();
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
    const trips = await this.#tripsOfRestless(since, stops);
    const beginnings = new Map<number, Beginning>();
    const read = new Map<number, number>();
    for (const [no, time] of since) {
      const beginning = this.#beginning(no, time, stops.get(no), trips.get(no));
      beginnings.set(no, beginning);
      const margin = beginning.sums ? 0 : HOUR_MARGIN_MS;
      read.set(no, Math.min(beginning.from, beginning.hoursFrom - margin));
    }
    const tracks = byVehicle(await this.travel.since(read, GROUP_FIXES + 1));
    const journeys: RedoneJourney[] = [];
    const hours: RedoneHours[] = [];
    const known = new Map<number, KnownVehicle>();
    for (const [vehicleNo, beginning] of beginnings) {
      const fixes = tracks.get(vehicleNo) ?? [];
      if (fixes.length > GROUP_FIXES) {
        const driving = await this.#workJourney(vehicleNo, beginning);
        const sums = await this.#workHours(vehicleNo, beginning);
        known.set(vehicleNo, { until: beginning.since, sums, driving });
        continue;
      }
      const { from, replaceFrom, firstHour, since: time } = beginning;
      const { driving, ...journey } = journeyFrom(
        fixes.filter(({ fixTime }) => fixTime >= from),
        beginning,
        time,
      );
      const summed = await this.#hoursOf(vehicleNo, beginning, fixes);
      journeys.push({ vehicleNo, from: replaceFrom, journey });
      hours.push({ vehicleNo, from: firstHour, hours: summed.hours });
      known.set(vehicleNo, { until: time, sums: summed.soFar, driving });
    }
    await this.tables.replaceJourneys(journeys);
    await this.tables.replaceHours(hours);
    for (const [vehicleNo, all] of known) this.#known.remember(vehicleNo, all);
  }

  /**
   * Of vehicles that never rested, when the trip began that each was on LOOK_BACK_MS before its earliest new fix (epoch ms): it is worked
   * out whole, because a part of it would be another trip beside it.
   */
  async #tripsOfRestless(
    since: ReadonlyMap<number, number>,
    stops: ReadonlyMap<number, Stop>,
  ): Promise<ReadonlyMap<number, number>> {
    const restless = new Map<number, number>();
    for (const [no, time] of since) if (!stops.has(no)) restless.set(no, time - LOOK_BACK_MS);
    return restless.size === 0 ? restless : await this.tables.tripsAcross(restless);
  }

  /** `trip`: when the one began that is worked out whole, where there is one and no stop. */
  #beginning(vehicleNo: number, since: number, stop: Stop | undefined, trip: number | undefined): Beginning {
    const known = this.#known.find(vehicleNo, since);
    const hours = known
      ? { sums: known.sums, hoursFrom: known.until, firstHour: known.sums.hour?.hour ?? hourOf(known.until) }
      : { hoursFrom: hourOf(since), firstHour: hourOf(since) };
    if (known?.driving) {
      const { driving } = known;
      return { since, ...hours, driving, from: driving.trip.end, replaceFrom: driving.trip.start };
    }
    const from = stop?.seenUntil ?? trip ?? since - LOOK_BACK_MS;
    return { since, ...hours, standing: stop, from, replaceFrom: stop?.start ?? from };
  }

  /** Sums out of all fixes since `hoursFrom` and, where nothing is known of before, some of before. */
  async #hoursOf(vehicleNo: number, beginning: Beginning, fixes: readonly Position[]) {
    const { hoursFrom, sums: known } = beginning;
    const first = fixes.findIndex(({ fixTime }) => fixTime >= hoursFrom);
    const near = known ? undefined : fixes.slice(0, first < 0 ? undefined : first).findLast(isQualified);
    const sums = await this.#sumsFrom(vehicleNo, beginning, near);
    const soFar = addAll(sums, first < 0 ? [] : fixes.slice(first), beginning.since);
    return { hours: sums.hours, soFar: soFar ?? sums.soFar() };
  }

  async #sumsFrom(vehicleNo: number, { sums, hoursFrom }: Beginning, near?: Position): Promise<HourSums> {
    if (sums) return HourSums.after(sums);
    return new HourSums(near ?? (await this.#qualifiedBefore(vehicleNo, hoursFrom)));
  }

  /** One vehicle alone, however long its track is. */
  async #workJourney(vehicleNo: number, beginning: Beginning): Promise<Driving | null> {
    let begun: Begun = beginning;
    let { from, replaceFrom } = beginning;
    for (;;) {
      const fixes = await this.#fixes(vehicleNo, from);
      const { driving, ...journey } = journeyFrom(fixes, begun, beginning.since);
      const whole = fixes.length < CHUNK_FIXES;
      if (!whole) endTrip(journey);
      await this.tables.replaceJourneys([{ vehicleNo, from: replaceFrom, journey }]);
      if (whole) return driving;
      const last = fixes[fixes.length - 1].fixTime;
      const standing = lastStop(journey, from, last);
      begun = { standing };
      from = standing?.seenUntil ?? last;
      replaceFrom = standing?.start ?? from;
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

  async #workHours(vehicleNo: number, beginning: Beginning): Promise<SumsSoFar> {
    const { since, hoursFrom, firstHour } = beginning;
    const sums = await this.#sumsFrom(vehicleNo, beginning);
    let soFar: SumsSoFar | null = null;
    for await (const batch of this.history.track(vehicleNo, hoursFrom, END)) {
      const found = addAll(sums, batch, since);
      soFar ??= found;
    }
    await this.tables.replaceHours([{ vehicleNo, from: firstHour, hours: sums.hours }]);
    return soFar ?? sums.soFar();
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

/** The sums as they were before the first fix of `time` (epoch ms) or later, if it is among these. */
function addAll(sums: HourSums, fixes: Iterable<Position>, time: number): SumsSoFar | null {
  let soFar: SumsSoFar | null = null;
  for (const p of fixes) {
    if (p.fixTime >= time) soFar ??= sums.soFar();
    sums.add(p);
  }
  return soFar;
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
