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
  /** Our clock at second 0 of the tracks, epoch ms. */
  startedAt: number;
}

/** New connections per second. */
const CONNECTS_PER_SECOND = 400;

type Event = { at: number } & ({ fix: TerminalFix } | { card: CardReport });

/**
 * Drives plantings over real TCP, a terminal for each vehicle: what a planting says is received at a time leaves then, by a clock that runs
 * `speed` times as fast, and in that order.
 */
export async function drivePlantings(plantings: readonly Planting[], options: DriveOptions): Promise<DriveCounts> {
  const { to, window, speed, signal } = options;
  const drivers = driversOf(plantings);
  const counts = { vehicles: drivers.length, fixes: 0, acknowledged: 0, resent: 0, refused: 0, startedAt: NaN };
  const terminals = drivers.map(({ no, plate }) => {
    const terminal = new TerminalClient({ ...to, number: terminalNumber(no), plate, plateColor: 2, window });
    terminal.on('accepted', (fixes) => (counts.acknowledged += fixes.length));
    terminal.on('refused', (fixes) => (counts.refused += fixes.length));
    terminal.on('resent', (fixes) => (counts.resent += fixes.length));
    return terminal;
  });
  // Tracks that run fast do not wait for connections: all are there before second 0.
  await Promise.all(terminals.map((terminal, i) => connected(terminal, (i / CONNECTS_PER_SECOND) * 1000, signal)));
  counts.startedAt = Date.now();
  const drive = async (terminal: TerminalClient, events: readonly Event[]) => {
    for (const event of events) {
      const wait = counts.startedAt + (event.at - START) / speed - Date.now();
      if (wait > 0) await pause(wait, null, { signal }).catch(() => {});
      if (signal?.aborted) break;
      if ('card' in event) {
        const { time, certificate, validUntil = '' } = event.card;
        await terminal.tell(driverIdentity(time, certificate === null ? null : { certificate, validUntil }));
      } else {
        counts.fixes++;
        await terminal.send(event.fix);
      }
    }
    await terminal.drained(signal);
    terminal.stop();
  };
  await Promise.all(terminals.map((terminal, i) => drive(terminal, drivers[i].events)));
  return counts;
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
  /** In the order in which they are sent. */
  events: Event[];
}

function driversOf(plantings: readonly Planting[]): Driver[] {
  const drivers = new Map<number, Driver>();
  for (const { vehicles, fixes, cards } of plantings) {
    for (const { no, plate } of vehicles) drivers.set(no, { no, plate, events: [] });
    for (const card of cards) drivers.get(card.vehicleNo)?.events.push({ at: card.time, card });
    for (const p of fixes) drivers.get(p.vehicleNo)?.events.push({ at: p.receivedTime, fix: fixOf(p) });
  }
  for (const { events } of drivers.values()) events.sort((a, b) => a.at - b.at);
  return [...drivers.values()];
}

function fixOf(p: Position): TerminalFix {
  const { fixTime, lon, lat, speedKmh, headingDeg, mileageKm, alarms, flags } = p;
  const located = (flags & LOCATED) !== 0;
  return { time: fixTime, lon, lat, speedKmh, headingDeg, altitudeM: 5, mileageKm, alarm: alarms, located };
}
