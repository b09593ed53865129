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

type Event = { at: number } & ({ fix: TerminalFix } | { card: CardReport });

/**
 * Drives plantings over real TCP, a terminal for each vehicle: what a planting says is received at a time leaves then, by a clock that runs
 * `speed` times as fast, and in that order.
 */
export async function drivePlantings(plantings: readonly Planting[], options: DriveOptions): Promise<DriveCounts> {
  const events = eventsOf(plantings);
  const counts = { vehicles: events.size, fixes: 0, acknowledged: 0, resent: 0, refused: 0, startedAt: Date.now() };
  const due = (at: number) => counts.startedAt + (at - START) / options.speed - Date.now();
  const drive = async ({ no, plate, list }: Driver) => {
    const { to, window } = options;
    const terminal = new TerminalClient({ ...to, number: terminalNumber(no), plate, plateColor: 2, window });
    terminal.on('accepted', (fixes) => (counts.acknowledged += fixes.length));
    terminal.on('refused', (fixes) => (counts.refused += fixes.length));
    terminal.on('resent', (fixes) => (counts.resent += fixes.length));
    for (const event of list) {
      const wait = due(event.at);
      if (wait > 0) await pause(wait, null, { signal: options.signal }).catch(() => {});
      if (options.signal?.aborted) break;
      if ('card' in event) {
        const { time, certificate, validUntil = '' } = event.card;
        await terminal.tell(driverIdentity(time, certificate === null ? null : { certificate, validUntil }));
      } else {
        counts.fixes++;
        await terminal.send(event.fix);
      }
    }
    await terminal.drained(options.signal);
    terminal.stop();
  };
  await Promise.all([...events.values()].map(drive));
  return counts;
}

interface Driver {
  no: number;
  plate: string;
  list: Event[];
}

/** By vehicle, each list in the order in which it is sent. */
function eventsOf(plantings: readonly Planting[]): Map<number, Driver> {
  const drivers = new Map<number, Driver>();
  for (const { vehicles, fixes, cards } of plantings) {
    for (const { no, plate } of vehicles) drivers.set(no, { no, plate, list: [] });
    for (const card of cards) drivers.get(card.vehicleNo)?.list.push({ at: card.time, card });
    for (const p of fixes) drivers.get(p.vehicleNo)?.list.push({ at: p.receivedTime, fix: fixOf(p) });
  }
  for (const { list } of drivers.values()) list.sort((a, b) => a.at - b.at);
  return drivers;
}

function fixOf(p: Position): TerminalFix {
  const { fixTime, lon, lat, speedKmh, headingDeg, mileageKm, alarms, flags } = p;
  const located = (flags & LOCATED) !== 0;
  return { time: fixTime, lon, lat, speedKmh, headingDeg, altitudeM: 5, mileageKm, alarm: alarms, located };
}
