import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { LOCATED, type Position } from '../../../model/position.js';
import type { Endpoint } from '../command.js';
import { TerminalClient } from '../terminal-client.js';
import { driverIdentity, type TerminalFix } from '../terminal-messages.js';
import { terminalNumber } from './lay.js';
import { type CardReport, type Planting, START } from './planting.js';

export interface DriveOptions {
  to: Endpoint;
  /** Times as fast as life. */
  speed: number;
  window: number;
  signal?: AbortSignal;
}

export interface DriveCounts {
  vehicles: number;
  fixes: number;
  acknowledged: number;
  resent: number;
  refused: number;
  /** Our clock and that of the tracks, epoch ms, about once a second. */
  clock: [ours: number, tracks: number][];
}

/** New connections per second. */
const CONNECTS_PER_SECOND = 400;
/** Fixes of all vehicles that wait for their acknowledgement; beyond it the tracks wait. */
const MOST_OUTSTANDING = 500;
/** The clock of the tracks may be so late, and catch up. */
const BEHIND_MS = 100;
const SAMPLE_MS = 1000;

type What = { fix: TerminalFix } | { card: CardReport };

/**
 * Drives plantings over real TCP, a terminal for each vehicle: what a planting says is received at a time leaves then, by a clock that runs
 * `speed` times as fast, and in that order.
 */
export async function drivePlantings(plantings: readonly Planting[], options: DriveOptions): Promise<DriveCounts> {
  const { to, window, speed, signal } = options;
  const drivers = driversOf(plantings);
  const counts = { vehicles: drivers.length, fixes: 0, acknowledged: 0, resent: 0, refused: 0 };
  const terminals = drivers.map(({ no, plate }) => {
    const terminal = new TerminalClient({ ...to, number: terminalNumber(no), plate, plateColor: 2, window });
    terminal.on('accepted', (fixes) => (counts.acknowledged += fixes.length));
    terminal.on('refused', (fixes) => (counts.refused += fixes.length));
    terminal.on('resent', (fixes) => (counts.resent += fixes.length));
    return terminal;
  });
  // Tracks that run fast do not wait for connections: all are there before second 0.
  await Promise.all(terminals.map((terminal, i) => connected(terminal, (i / CONNECTS_PER_SECOND) * 1000, signal)));
  const clock = new TrackClock(START, speed);
  const outstanding = () => counts.fixes - counts.acknowledged - counts.refused;
  for (const { at, terminal, what } of inOrder(drivers, terminals)) {
    await clock.reach(at, signal);
    while (outstanding() >= MOST_OUTSTANDING && !signal?.aborted) await pause(1);
    if (signal?.aborted) break;
    if ('card' in what) {
      const { time, certificate, validUntil = '' } = what.card;
      await terminal.tell(driverIdentity(time, certificate === null ? null : { certificate, validUntil }));
    } else {
      counts.fixes++;
      void terminal.send(what.fix); // what it waits for is waited for above, by all together
    }
  }
  await Promise.all(terminals.map((terminal) => terminal.drained(signal)));
  for (const terminal of terminals) terminal.stop();
  return { ...counts, clock: clock.samples };
}

/**
 * The time of tracks that run fast. On a machine that cannot keep up it runs slower, so that no vehicle is left far behind the others; what
 * it was when, `samples` say.
 */
class TrackClock {
  /** Our clock and that of the tracks, epoch ms, about once a second. */
  readonly samples: [ours: number, tracks: number][];
  #ours = Date.now();
  #tracks: number;

  constructor(
    start: number,
    readonly speed: number,
  ) {
    this.#tracks = start;
    this.samples = [[this.#ours, start]];
  }

  /** Waits until it is `tracks`. */
  async reach(tracks: number, signal?: AbortSignal): Promise<void> {
    const due = this.#ours + (tracks - this.#tracks) / this.speed;
    const wait = due - Date.now();
    if (wait > 0) await pause(wait, null, { signal }).catch(() => {});
    this.#ours = Math.max(due, Date.now() - BEHIND_MS);
    this.#tracks = tracks;
    if (this.#ours - this.samples[this.samples.length - 1][0] >= SAMPLE_MS) this.samples.push([this.#ours, tracks]);
  }
}

/** Resolves when the terminal is registered and authenticated, or the platform does not want it. */
async function connected(terminal: TerminalClient, afterMs: number, signal?: AbortSignal): Promise<void> {
  await pause(afterMs, null, { signal }).catch(() => {});
  if (signal?.aborted) return;
  const settled = Promise.race([once(terminal, 'online', { signal }), once(terminal, 'unwelcome', { signal })]);
  terminal.start();
  await settled.catch(() => {});
}

interface Driver {
  no: number;
  plate: string;
  /** In the order in which they are sent; `at` by the clock of the tracks. */
  events: { at: number; what: What }[];
}

function driversOf(plantings: readonly Planting[]): Driver[] {
  const drivers = new Map<number, Driver>();
  for (const { vehicles, fixes, cards } of plantings) {
    for (const { no, plate } of vehicles) drivers.set(no, { no, plate, events: [] });
    for (const card of cards) drivers.get(card.vehicleNo)?.events.push({ at: card.receivedTime, what: { card } });
    for (const p of fixes) drivers.get(p.vehicleNo)?.events.push({ at: p.receivedTime, what: { fix: fixOf(p) } });
  }
  return [...drivers.values()];
}

/** What all vehicles send, in the order in which they do. */
function inOrder(drivers: readonly Driver[], terminals: readonly TerminalClient[]) {
  return drivers
    .flatMap(({ events }, i) => events.map(({ at, what }) => ({ at, what, terminal: terminals[i] })))
    .sort((a, b) => a.at - b.at);
}

function fixOf(p: Position): TerminalFix {
  const { fixTime, lon, lat, speedKmh, headingDeg, mileageKm, alarms, flags } = p;
  const located = (flags & LOCATED) !== 0;
  return { time: fixTime, lon, lat, speedKmh, headingDeg, altitudeM: 5, mileageKm, alarm: alarms, located };
}
