import { total } from '../model/stats.js';
import type { AcceptLog } from '../store/stored-gate.js';
import { check, usedBytes } from './support/checks.js';
import { hurtMessage } from './support/hurt-payloads.js';
import { mqttParts } from './support/mqtt-parts.js';
import { xorshift } from './support/random.js';

export const name = 'fuzz-mqtt';
export const describe =
  'malformed, oversized, deeply nested and wrong-typed messages over MQTT (1 million, or the number given): none crashes, none is lost, nothing grows';

const MESSAGES = 1_000_000;
const SEED = 1883;
/** Messages between two commits of the log, and turns of the event loop. */
const TURN = 1000;
const GROWTH_BYTES = 48 * 1024 * 1024;

export async function run(options: string[]): Promise<object> {
  const messages = options[0] === undefined ? MESSAGES : Number(options[0]);
  if (!Number.isInteger(messages) || messages < 1) throw new Error(`'${options[0]}' is no number of messages`);
  const started = process.cpuUsage();
  const figures = await fuzz(messages);
  const { user, system } = process.cpuUsage(started);
  const seconds = (user + system) / 1e6;
  const { handled, rejected, fixes, vehicles, longestMs, growthBytes } = figures;
  console.log(`${messages} messages = ${handled} handled + ${total(rejected)} rejected, seed ${SEED}`);
  for (const [reason, n] of Object.entries(rejected).sort((a, b) => b[1] - a[1])) {
    console.log(`  ${reason.padEnd(18)} ${n}`);
  }
  console.log(
    `${fixes.received} fixes = ${fixes.accepted} accepted + ${total(fixes.rejected)} refused; ${vehicles} vehicles`,
  );
  console.log(`${seconds.toFixed(0)} s of processor time; the longest message took ${longestMs.toFixed(1)} ms`);
  console.log(`heap ${(growthBytes / 2 ** 20).toFixed(1)} MiB more at the end than after the first tenth`);
  return { seed: SEED, messages, ...figures, seconds };
}

export interface MqttFuzzFigures {
  handled: number;
  rejected: Record<string, number>;
  fixes: { received: number; accepted: number; rejected: Record<string, number> };
  vehicles: number;
  /** The message that took longest: while it is taken nothing else is. */
  longestMs: number;
  /** Of the heap, from the first tenth to the end. */
  growthBytes: number;
}

/**
 * `messages` hurt ones through everything between broker and log. Throws where one is lost or counted twice, where our code
 * throws, or where memory grows.
 */
export async function fuzz(messages: number): Promise<MqttFuzzFigures> {
  const pick = xorshift(SEED);
  const log = new CountingLog();
  const { source, intake, stats, catalog } = mqttParts(log);
  let longestMs = 0;
  let heapBefore = 0;
  for (let sent = 0; sent < messages; sent++) {
    const { topic, payload } = hurtMessage(pick);
    const begun = performance.now();
    source.take({ topic, payload, retained: pick(50) === 0, repeated: false, address: null });
    longestMs = Math.max(longestMs, performance.now() - begun);
    if (sent % TURN === TURN - 1) {
      log.commit();
      await new Promise(setImmediate);
    }
    if (heapBefore === 0 && sent >= messages / 10) heapBefore = usedBytes();
  }
  log.commit();
  const { received, handled, rejected } = source.counts.snapshot();
  const fixes = intake.counts();
  check(received === messages, `${messages} messages sent, ${received} received`);
  check(handled + total(rejected) === received, `${handled} + ${total(rejected)} is not ${received}`);
  check(
    fixes.received === fixes.accepted + total(fixes.rejected),
    `of ${fixes.received} fixes some are not accounted for`,
  );
  const frames = stats.framesHandled + total(stats.framesRejected);
  check(stats.framesReceived === frames, `${stats.framesReceived} frames received, ${frames} accounted for`);
  const bugs = (rejected['decoder-bug'] ?? 0) + (stats.framesRejected['decoder-bug'] ?? 0);
  check(bugs === 0, `our decoders failed on ${bugs} messages`);
  const growthBytes = usedBytes() - heapBefore;
  check(growthBytes < GROWTH_BYTES, `the heap grew by ${growthBytes} bytes`);
  return { handled, rejected, fixes, vehicles: catalog.vehicles.size, longestMs, growthBytes };
}

/** Takes everything, keeps nothing. */
class CountingLog implements AcceptLog {
  readonly accepting = true;
  fixesAccepted = 0;
  #added = 0;
  readonly #commits: (() => void)[] = [];
  #waiting: (() => void)[] = [];

  addFix(): boolean {
    this.#added++;
    return true;
  }
  addChange(): void {}
  whenAccepted(fn: () => void): void {
    this.#waiting.push(fn);
  }
  onCommit(fn: () => void): void {
    this.#commits.push(fn);
  }
  onDrain(): void {}
  commit(): void {
    this.fixesAccepted = this.#added;
    for (const fn of this.#commits) fn();
    for (const fn of this.#waiting.splice(0)) fn();
  }
}
