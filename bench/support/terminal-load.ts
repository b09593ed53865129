import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { randomFrom } from '../../cli/support/random.js';
import { msToGmt8Bcd } from '../../model/units.js';
import { unescapeInto } from '../../protocols/common/frame.js';
import { encodeFrame } from '../../protocols/jt808/encode.js';

/** What the generator is asked for, as JSON on stdin. */
export interface LoadJob {
  port: number;
  terminals: number;
  /** Locations of one terminal that may wait for their answer at a time. */
  window: number;
  seconds: number;
  /** Locations a second of all terminals together, evenly; absent: each terminal sends as soon as it is answered. */
  perSecond?: number;
  /** Locations encoded per terminal before the clock starts; the round ends early when all are sent. */
  framesPerTerminal: number;
  /** Time of the first fixes, epoch ms; each terminal's next is a second later. */
  firstFixTime: number;
  /** Terminals drive in this box: west, south, east, north. */
  area: [number, number, number, number];
  seed: number;
  /**
   * A file for each acknowledgement: doubles, its time in epoch ms, frame i of terminal t at t * framesPerTerminal + i; behind
   * them all, in the same order, how long it took, ms.
   */
  acknowledgedAt?: string;
}

/** What it found, as JSON on stdout behind the line `begin`. Every acknowledgement was checked: kind, serial number, result. */
export interface LoadResult {
  sent: number;
  acknowledged: number;
  /** Answers that were not the 0x8001 with result 0 that was due. */
  wrong: number;
  seconds: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  cpuSeconds: number;
}

const FIRST_NUMBER = 13_900_000_000;
const DELIMITER = 0x7e;
/** Of an unescaped 0x8001 with a 2013 header, delimiters included. */
const RESPONSE_BYTES = 20;

/** At a given pace: how often is looked for whoever's next frame is due. */
const PACE_MS = 2;

/** A location with its delimiters and an escape or two. */
const USUAL_FRAME_BYTES = 60;

/** All locations of all terminals, one after the other in one buffer. */
interface Ammunition {
  bytes: Buffer;
  /** Where frame `i` of terminal `t` begins: at `t * (framesPerTerminal + 1) + i`; the next entry is its end. */
  offsets: Uint32Array;
}

class Terminal {
  socket!: Socket;
  sent = 0;
  acknowledged = 0;
  wrong = 0;
  #rest: Buffer | null = null;
  readonly #sentAt: Float64Array;

  constructor(
    readonly index: number,
    readonly job: LoadJob,
    readonly ammunition: Ammunition,
    readonly latencies: Latencies,
  ) {
    this.#sentAt = new Float64Array(job.window);
  }

  get number(): string {
    return String(FIRST_NUMBER + this.index);
  }

  async logIn(): Promise<void> {
    this.socket = connect({ port: this.job.port, host: '127.0.0.1', noDelay: true });
    this.socket.on('error', (error) => {
      throw error;
    });
    await once(this.socket, 'connect');
    const phone = this.number;
    const fields = {
      layout: '2013',
      provinceId: 32,
      cityId: 200,
      manufacturer: 'BENCH',
      model: 'B1',
      terminalId: String(this.index).padStart(7, '0'),
      plateColor: 2,
      plate: `苏B${String(this.index).padStart(5, '0')}`,
    };
    const registered = await this.#ask(encodeFrame({ msgId: 0x0100, edition: '2013', phone, seq: 65_000, fields }));
    const authCode = registered.subarray(16, -2).toString();
    const authenticated = await this.#ask(
      encodeFrame({ msgId: 0x0102, edition: '2013', phone, seq: 65_001, fields: { authCode } }),
    );
    if (authenticated[RESPONSE_BYTES - 3] !== 0) throw new Error(`terminal ${phone} was not let in`);
    this.socket.on('data', (bytes: Buffer) => this.#read(bytes));
    this.socket.on('close', () => {
      if (this.acknowledged < this.sent) throw new Error(`terminal ${phone} was disconnected`);
    });
  }

  async #ask(frame: Buffer): Promise<Buffer> {
    this.socket.write(frame);
    const [answer] = (await once(this.socket, 'data')) as [Buffer];
    if (answer[answer.length - 1] !== DELIMITER) throw new Error('an answer came in pieces');
    return unescaped(answer);
  }

  /** Fills the window; at a given pace, with `due` frames in all. */
  send(now: number, due = this.job.perSecond === undefined ? Infinity : this.sent): void {
    const { window, framesPerTerminal } = this.job;
    const until = Math.min(this.acknowledged + window, framesPerTerminal, due);
    if (this.sent >= until || now >= deadline) return;
    const base = this.index * (framesPerTerminal + 1);
    const { bytes, offsets } = this.ammunition;
    this.socket.write(bytes.subarray(offsets[base + this.sent], offsets[base + until]));
    while (this.sent < until) this.#sentAt[this.sent++ % window] = now;
  }

  #read(chunk: Buffer): void {
    const now = performance.now();
    const bytes: Buffer = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (;;) {
      const end = bytes.indexOf(DELIMITER, at + 1);
      if (end < 0) break;
      this.#check(bytes, at, end + 1);
      const took = now - this.#sentAt[this.acknowledged % this.job.window];
      if (times) {
        const place = this.index * this.job.framesPerTerminal + this.acknowledged;
        times[place] = performance.timeOrigin + now;
        times[times.length / 2 + place] = took;
      }
      this.acknowledged++;
      this.latencies.add(took);
      at = end + 1;
    }
    this.#rest = at === bytes.length ? null : bytes.subarray(at);
    this.send(now);
    if (now >= deadline && this.acknowledged === this.sent) finished(this);
    else if (this.acknowledged === this.job.framesPerTerminal) finished(this);
  }

  /** The answer to the oldest unanswered location, with result 0: 8001 … serial, 0200, 00. */
  #check(bytes: Buffer, start: number, end: number): void {
    const frame = end - start === RESPONSE_BYTES ? bytes.subarray(start, end) : unescaped(bytes.subarray(start, end));
    const right =
      frame.length === RESPONSE_BYTES &&
      frame.readUInt16BE(1) === 0x8001 &&
      frame.readUInt16BE(13) === this.acknowledged % 65_536 &&
      frame.readUInt16BE(15) === 0x0200 &&
      frame[17] === 0;
    if (!right) this.wrong++;
  }
}

function unescaped(frame: Buffer): Buffer {
  const out = Buffer.alloc(frame.length);
  return out.subarray(0, unescapeInto(out, frame, 0, frame.length).length);
}

/** Latencies in ms, every one of them. */
class Latencies {
  readonly #all: Float32Array;
  count = 0;

  constructor(capacity: number) {
    this.#all = new Float32Array(capacity);
  }

  add(ms: number): void {
    this.#all[this.count++] = ms;
  }

  quantiles(...shares: number[]): number[] {
    const sorted = this.#all.subarray(0, this.count).sort();
    return shares.map((share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN);
  }
}

/** Encodes every location there is to send: mileage, signal strength and satellites beside the basic information. */
function encodeAll(job: LoadJob): Ammunition {
  const random = randomFrom(job.seed);
  const [west, south, east, north] = job.area;
  const body = Buffer.alloc(28 + 12);
  body.writeUInt32BE(3, 4); // ignition on, positioned
  body.writeUInt16BE(8, 16);
  Buffer.from('010400000000', 'hex').copy(body, 28);
  Buffer.from('300117310109', 'hex').copy(body, 34);
  let bytes = Buffer.allocUnsafeSlow(job.terminals * job.framesPerTerminal * USUAL_FRAME_BYTES);
  const offsets = new Uint32Array(job.terminals * (job.framesPerTerminal + 1));
  let at = 0;
  for (let t = 0; t < job.terminals; t++) {
    let lon = west + random() * (east - west);
    let lat = south + random() * (north - south);
    let heading = random() * 360;
    const phone = String(FIRST_NUMBER + t);
    for (let i = 0; i < job.framesPerTerminal; i++) {
      // 15 m a second, turning a little, and back where the area ends.
      heading = (heading + (random() - 0.5) * 20 + 360) % 360;
      if (lon < west || lon > east || lat < south || lat > north) heading = (heading + 180) % 360;
      lon += 0.00016 * Math.sin((heading * Math.PI) / 180);
      lat += 0.000135 * Math.cos((heading * Math.PI) / 180);
      body.writeUInt32BE(Math.round(lat * 1e6), 8);
      body.writeUInt32BE(Math.round(lon * 1e6), 12);
      body.writeUInt16BE(540, 18);
      body.writeUInt16BE(Math.floor(heading), 20);
      msToGmt8Bcd(job.firstFixTime + i * 1000, body, 22);
      body.writeUInt32BE(10_000 + i, 30);
      const frame = encodeFrame({ msgId: 0x0200, edition: '2013', phone, seq: i & 0xffff, body });
      if (at + frame.length > bytes.length) {
        bytes = Buffer.concat([bytes, Buffer.allocUnsafeSlow(bytes.length / 10 + frame.length)]);
      }
      frame.copy(bytes, at);
      offsets[t * (job.framesPerTerminal + 1) + i] = at;
      at += frame.length;
    }
    offsets[t * (job.framesPerTerminal + 1) + job.framesPerTerminal] = at;
  }
  return { bytes, offsets };
}

let deadline = Infinity;
let finished: (terminal: Terminal) => void = () => {};

const job = JSON.parse(await text(process.stdin)) as LoadJob;
const ammunition = encodeAll(job);
const latencies = new Latencies(job.terminals * job.framesPerTerminal);
const terminals = Array.from({ length: job.terminals }, (_, i) => new Terminal(i, job, ammunition, latencies));
// A hundred at a time: this measures reports, not a storm of logins.
for (let i = 0; i < terminals.length; i += 100) {
  await Promise.all(terminals.slice(i, i + 100).map((terminal) => terminal.logIn()));
}

const done = new Promise<void>((resolve) => {
  const open = new Set(terminals);
  finished = (terminal) => {
    open.delete(terminal);
    if (open.size === 0) resolve();
  };
});
const times = job.acknowledgedAt === undefined ? null : new Float64Array(2 * job.terminals * job.framesPerTerminal);
console.log('begin');
const cpuBefore = process.cpuUsage();
const begun = performance.now();
deadline = begun + job.seconds * 1000;
for (const terminal of terminals) terminal.send(begun);
const pace = job.perSecond === undefined ? undefined : setInterval(sendDue, PACE_MS, job.perSecond / job.terminals);
await done;
clearInterval(pace);
const seconds = (performance.now() - begun) / 1000;
const cpu = process.cpuUsage(cpuBefore);
for (const { socket } of terminals) socket.destroy();
if (times) await writeFile(job.acknowledgedAt!, times);

/** Whoever's next frame is due sends it; terminals begin one after the other, so that they do not send all at once. */
function sendDue(perSecond: number): void {
  const now = performance.now();
  const frames = ((Math.min(now, deadline) - begun) / 1000) * perSecond;
  for (const terminal of terminals) {
    terminal.send(now, Math.floor(frames + terminal.index / job.terminals));
    if (now >= deadline && terminal.acknowledged === terminal.sent) finished(terminal);
  }
}

const sum = (of: (terminal: Terminal) => number) => terminals.reduce((total, terminal) => total + of(terminal), 0);
const [p50Ms, p99Ms, maxMs] = latencies.quantiles(0.5, 0.99, 1);
const result: LoadResult = {
  sent: sum((t) => t.sent),
  acknowledged: sum((t) => t.acknowledged),
  wrong: sum((t) => t.wrong),
  seconds,
  ...{ p50Ms, p99Ms, maxMs },
  cpuSeconds: (cpu.user + cpu.system) / 1e6,
};
console.log(JSON.stringify(result));
