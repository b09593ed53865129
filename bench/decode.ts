import { closeBlock, KIND_FIXES } from '../model/block.js';
import { FixBatch, FixBatchBuilder } from '../model/fix-batch.js';
import type { Position } from '../model/position.js';
import { gmt8BcdToMs } from '../model/units.js';
import { encodeFrame } from '../protocols/jt808/encode.js';
import { jt808 } from '../protocols/jt808/index.js';

export const name = 'decode';
export const describe =
  'location frames per second on one core, bytes to FixBatch, beside a bare loop over the same bytes';

const TERMINALS = 1000;
const FRAMES = 200_000;
const CHUNK_BYTES = 4 * 1024; // what a socket gives at a time when its terminal catches up

interface Contestant {
  label: string;
  /** Decodes the chunks; the number of fixes and the sum of their longitudes must come out alike. */
  decode(chunks: Chunk[]): { fixes: number; lonSum: number };
}

/** Bytes of one terminal, as its socket would give them. */
interface Chunk {
  terminal: number;
  bytes: Buffer;
}

export async function run(options: string[]): Promise<object> {
  const rounds = options.includes('--quick') ? 2 : 10;
  const frames = options.includes('--quick') ? 10_000 : FRAMES;
  const { chunks, expected } = traffic(frames);
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0);
  console.log(
    `${frames} frames, ${(bytes / frames).toFixed(0)} bytes each, in chunks of ${CHUNK_BYTES / 1024} KiB, ${TERMINALS} terminals`,
  );

  const contestants = [bareLoop(), conversation()];
  const rates: Record<string, number[]> = {};
  // Taken in turns, so that a slow moment of the machine hurts all alike. The first round warms up.
  for (let round = -1; round < rounds; round++) {
    for (const { label, decode } of contestants) {
      // Time of the processor, not of the clock: the figure is per core, whatever else the machine is doing.
      const start = process.cpuUsage();
      const { fixes, lonSum } = decode(chunks);
      const { user, system } = process.cpuUsage(start);
      const seconds = (user + system) / 1e6;
      if (fixes !== frames || Math.abs(lonSum - expected) > 1e-3) {
        throw new Error(`${label}: ${fixes} fixes, longitudes ${lonSum}; ${frames} and ${expected} are right`);
      }
      if (round >= 0) (rates[label] ??= []).push(frames / seconds);
    }
  }
  const results = contestants.map(({ label }) => ({ label, ...summary(rates[label]) }));
  for (const { label, best, mean, deviation } of results) {
    const perSecond = (x: number) => `${(x / 1e6).toFixed(2)} M/s`;
    console.log(`${label.padEnd(48)} mean ${perSecond(mean)} ± ${perSecond(deviation)}, best ${perSecond(best)}`);
  }
  const ratio = results[1].mean / results[0].mean;
  console.log(`ratio ${ratio.toFixed(2)}`);
  return { frames, bytes, rounds, results, ratio };
}

function summary(rates: number[]): { best: number; mean: number; deviation: number } {
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const variance = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / rates.length;
  return { best: Math.max(...rates), mean, deviation: Math.sqrt(variance) };
}

/** A fleet's frames from a seed: each terminal drives, with odometer, fuel, speed, signal and satellites. */
function traffic(frames: number): { chunks: Chunk[]; expected: number } {
  let expected = 0;
  let x = 808;
  const random = () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
  const start = Date.UTC(2026, 0, 31, 4);
  const location = (terminal: number, n: number) => {
    const lon = Math.round((121 + random()) * 1e6) / 1e6;
    expected += lon;
    return encodeFrame({
      msgId: 0x0200,
      edition: '2013',
      phone: String(13_800_000_000 + terminal),
      seq: n & 0xffff,
      fields: {
        status: 0xc0003,
        lon,
        lat: 31 + random(),
        altitude: Math.floor(random() * 100),
        speedKmh: Math.floor(random() * 1000) / 10,
        direction: Math.floor(random() * 360),
        time: start + n * 10_000,
        mileageKm: Math.floor(random() * 1e6) / 10,
        fuelL: 55.5,
        recorderSpeedKmh: 60,
        rssi: 25,
        satellites: 12,
      },
    });
  };
  const chunks: Chunk[] = [];
  const each = frames / TERMINALS;
  for (let terminal = 0; terminal < TERMINALS; terminal++) {
    const stream = Buffer.concat(Array.from({ length: each }, (_, n) => location(terminal, n)));
    for (let at = 0; at < stream.length; at += CHUNK_BYTES) {
      chunks.push({ terminal, bytes: stream.subarray(at, at + CHUNK_BYTES) });
    }
  }
  return { chunks, expected };
}

/** The real thing: framing, header, admission, position, its general response, and the batch. */
function conversation(): Contestant {
  return {
    label: 'conversation with replies, into FixBatchBuilder',
    decode(chunks) {
      const batches = new BatchSum();
      const sink = {
        frame: () => {},
        register: () => ({ result: 4 }) as const,
        authenticate: () => false,
        admits: () => true,
        deregister: () => {},
        quirksOf: () => [],
        position: (p: Position) => batches.add(p),
        reply: () => {},
        response: () => {},
        upload: () => {},
        media: () => 'taken' as const,
        reject: (reason: string, _: Buffer, detail?: string) => {
          throw new Error(`${reason}: ${detail}`);
        },
      };
      const talks = Array.from({ length: TERMINALS }, () => jt808.open(sink));
      for (const { terminal, bytes } of chunks) talks[terminal].receive(bytes);
      return batches.end();
    },
  };
}

/** Puts positions into batches, and reads each full batch for the sum. */
class BatchSum {
  readonly #builder = new FixBatchBuilder();
  #fixes = 0;
  #lonSum = 0;

  add(p: Position): boolean {
    if (!this.#builder.add(p)) {
      this.#take();
      this.#builder.add(p);
    }
    return true;
  }

  end(): { fixes: number; lonSum: number } {
    this.#take();
    return { fixes: this.#fixes, lonSum: this.#lonSum };
  }

  #take(): void {
    const count = this.#builder.count;
    const head = { kind: KIND_FIXES, firstSeq: 1, count, fixesBefore: 0, closedAt: 0 } as const;
    const { c } = new FixBatch(closeBlock(this.#builder.take(), head));
    this.#fixes += count;
    for (let i = 0; i < count; i++) this.#lonSum += c.lon[i] / 1e7;
  }
}

/**
 * The least that anybody could write: finds delimiters, checks the XOR, unescapes, reads the same fields of a 2013 header
 * without looking at it, into the same kind of columns. No items, no editions, no replies, no blocks.
 */
function bareLoop(): Contestant {
  const capacity = 2048;
  const columns = {
    time: new Float64Array(capacity),
    lon: new Int32Array(capacity),
    lat: new Int32Array(capacity),
    alarm: new Uint32Array(capacity),
    status: new Uint32Array(capacity),
    mileage: new Uint32Array(capacity),
    speed: new Uint16Array(capacity),
    heading: new Uint16Array(capacity),
    altitude: new Int16Array(capacity),
  };
  const frame = Buffer.alloc(2200);
  return {
    label: 'bare loop, into columns',
    decode(chunks) {
      let fixes = 0;
      let lonSum = 0;
      let row = 0;
      let length = 0;
      let xor = 0;
      let escaped = false;
      for (const { bytes: chunk } of chunks) {
        for (let i = 0; i < chunk.length; i++) {
          let byte = chunk[i];
          if (byte === 0x7e) {
            if (length > 0 && xor === 0) {
              columns.alarm[row] = frame.readUInt32BE(12);
              columns.status[row] = frame.readUInt32BE(16);
              columns.lat[row] = frame.readUInt32BE(20) * 10;
              columns.lon[row] = frame.readUInt32BE(24) * 10;
              columns.altitude[row] = frame.readInt16BE(28);
              columns.speed[row] = frame.readUInt16BE(30);
              columns.heading[row] = frame.readUInt16BE(32);
              columns.time[row] = gmt8BcdToMs(frame, 34);
              columns.mileage[row] = frame.readUInt32BE(42);
              lonSum += columns.lon[row] / 1e7;
              fixes++;
              row = (row + 1) % capacity;
            }
            length = 0;
            xor = 0;
            continue;
          }
          if (byte === 0x7d) {
            escaped = true;
            continue;
          }
          if (escaped) {
            byte = byte === 2 ? 0x7e : 0x7d;
            escaped = false;
          }
          frame[length++] = byte;
          xor ^= byte;
        }
      }
      return { fixes, lonSum };
    },
  };
}
