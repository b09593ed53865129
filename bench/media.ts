import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { MediumFacts } from '../model/medium.js';
import type { LiveStats } from '../model/stats.js';
import { embeddedUrl, query } from './support/database.js';
import { MediaTerminal, picture } from './support/media-terminal.js';
import { withServer } from './support/own-server.js';
import { cpuSeconds } from './support/proc.js';
import { xorshift } from './support/random.js';
import type { ServerProcess } from './support/server-process.js';

export const name = 'media';
export const describe =
  '1,000 photos at once over a network that loses every fifth packet, both ways: each complete and equal, or reported; within the memory bound';

const TIME = '2026-03-01T12:00:00+08:00';
/** A terminal gives up after this; long after, the server has given up what it left. */
const UPLOAD_MS = 5 * 60_000;
const DRAIN_MS = 120_000;
/**
 * What the server may grow by beside its bound for unfinished media: sockets and records of 1,000 connections, and what
 * the collector lets lie meanwhile.
 */
const BESIDE_MIB = 160;

interface Row {
  id: string;
  vehicle_id: string;
  content: MediumFacts;
}

/** `--photos N`, `--kib N` for each, `--loss PERCENT`, `--seed N`. */
export async function run(argv: string[]): Promise<object> {
  const { values } = parseArgs({
    args: argv,
    options: {
      photos: { type: 'string', default: '1000' },
      kib: { type: 'string', default: '40' },
      loss: { type: 'string', default: '20' },
      seed: { type: 'string', default: '808' },
    },
  });
  const [photos, kib, loss, seed] = [values.photos, values.kib, values.loss, values.seed].map(Number);
  return withServer({ CHEJI_TERMINAL_AUTH: 'any', CHEJI_TERMINAL_RATE: '0' }, async (server) => {
    const rest = rssMiB(server.pid, 'VmRSS');
    const { memoryLimitBytes } = (await stats(server)).media;
    const bound = memoryLimitBytes / 2 ** 20 + BESIDE_MIB;
    const numbers = Array.from({ length: photos }, (_, i) => String(13900000000 + i));
    const terminals = await inGroups(numbers, 50, (number) => MediaTerminal.logIn(server.jt808Port, number, 'any'));

    const peaks = watch(server);
    const cpuBefore = cpuSeconds(server.pid);
    const began = performance.now();
    const outcomes = await Promise.all(
      terminals.map((terminal, i) => {
        const random = xorshift(seed + i);
        const lost = () => random(100) < loss;
        return terminal.upload({ mediaId: i + 1, data: picture(kib * 1024, seed + i), time: TIME, lost }, UPLOAD_MS);
      }),
    );
    const seconds = (performance.now() - began) / 1000;
    const peakMemory = await peaks.end();
    const peak = rssMiB(server.pid, 'VmHWM');

    const rows = await drained(server, server.dataDir, photos);
    const byVehicle = new Map(rows.map((row) => [row.vehicle_id, row]));
    const wrong = numbers.flatMap((number, i) => {
      const row = byVehicle.get(number);
      if (row === undefined) return [`${number}: neither complete nor reported`];
      if (!row.content.complete) return outcomes[i] ? [`${number}: told that it is complete, and it is not`] : [];
      const kept = readFileSync(join(server.dataDir, 'media/files', row.id.slice(0, 2), `${row.id}.jpg`));
      return digest(kept) === digest(picture(kib * 1024, seed + i)) ? [] : [`${number}: another picture`];
    });
    const { media } = await stats(server);
    const complete = rows.filter((row) => row.content.complete).length;
    const figures = {
      ...{ photos, kib, loss, seed, complete, incomplete: rows.length - complete, seconds: round(seconds) },
      toldComplete: outcomes.filter(Boolean).length,
      ...{ parts: media.parts, asked: media.asked, serverCpuSeconds: round(cpuSeconds(server.pid) - cpuBefore) },
      ...{ restMiB: round(rest), peakMiB: round(peak), boundMiB: round(rest + bound) },
      mediaMemoryPeakMiB: round(peakMemory / 2 ** 20),
      mediaMemoryBoundMiB: round(memoryLimitBytes / 2 ** 20),
    };
    print(figures);
    if (rows.length !== photos) wrong.push(`${rows.length} records of ${photos} photos`);
    if (media.open !== 0 || media.memoryBytes !== 0)
      wrong.push(`${media.open} left open, ${media.memoryBytes} bytes held`);
    if (peakMemory > memoryLimitBytes) wrong.push(`media held ${peakMemory} bytes, beyond ${memoryLimitBytes}`);
    if (peak > rest + bound) wrong.push(`peak RSS ${round(peak)} MiB is beyond ${round(rest + bound)} MiB`);
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
    for (const terminal of terminals) terminal.socket.destroy();
    return figures;
  });
}

function print(f: { [name: string]: unknown }): void {
  console.log(
    `${f.photos} photos of ${f.kib} KiB, ${f.loss} % of packets lost both ways: ${f.complete} complete and equal, ` +
      `${f.incomplete} reported as incomplete, in ${f.seconds} s (server ${f.serverCpuSeconds} s of CPU)`,
  );
  console.log(`parts ${JSON.stringify(f.parts)}; missing parts asked for ${f.asked} times`);
  console.log(
    `RSS ${f.restMiB} MiB at rest, peak ${f.peakMiB}, bound ${f.boundMiB}; ` +
      `of that unfinished media peak ${f.mediaMemoryPeakMiB}, bound ${f.mediaMemoryBoundMiB}`,
  );
}

async function stats(server: ServerProcess): Promise<LiveStats> {
  return (await server.api<LiveStats>('/v1/stats/live')).body;
}

/** The most memory that unfinished media have held, looked at four times a second. */
function watch(server: ServerProcess): { end(): Promise<number> } {
  let peak = 0;
  let over = false;
  const watching = (async () => {
    while (!over) {
      peak = Math.max(peak, (await stats(server)).media.memoryBytes);
      await pause(250);
    }
  })();
  return {
    async end() {
      over = true;
      await watching;
      return peak;
    },
  };
}

/** The records in the database, once nothing is open and everything is stored. */
async function drained(server: ServerProcess, dataDir: string, photos: number): Promise<Row[]> {
  const deadline = performance.now() + DRAIN_MS;
  for (;;) {
    const rows = await query<Row>(
      embeddedUrl(dataDir),
      `select id, vehicle_id, content from uploads where kind = 'media'`,
    ).catch(() => []); // the table may not be made yet
    const { media } = await stats(server);
    if ((rows.length >= photos && media.open === 0) || performance.now() > deadline) return rows;
    await pause(250);
  }
}

async function inGroups<T, R>(items: readonly T[], size: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += size) results.push(...(await Promise.all(items.slice(i, i + size).map(work))));
  return results;
}

function rssMiB(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  return (
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
  );
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
