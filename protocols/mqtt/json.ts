import type { RejectReason } from '../../model/reject.js';
import { rfc3339ToMs } from '../../model/units.js';
import { emptyPayload, MAX_PAYLOAD_BYTES, type MqttMessage, type MqttPayload, type MqttRefusal } from './payload.js';

export type Json = Record<string, unknown>;

/** Deeper than any publisher writes, and far from where writing it again would overflow the stack. */
const MAX_DEPTH = 32;

/** The payload as JSON handed to `read`, which fills what it is given; a payload that is none is refused whole. */
export function decodeJson(
  message: MqttMessage,
  read: (value: unknown, message: MqttMessage, out: MqttPayload) => void,
): MqttPayload {
  const { payload } = message;
  if (payload.length > MAX_PAYLOAD_BYTES) return tooLarge(payload);
  if (depthOf(payload) > MAX_DEPTH) return refusedWhole('not-json', `nested deeper than ${MAX_DEPTH}`);
  let value: unknown;
  try {
    value = JSON.parse(payload.toString('utf8'));
  } catch (error) {
    return refusedWhole('not-json', `no JSON: ${(error as Error).message.slice(0, 120)}`);
  }
  const out = emptyPayload();
  read(value, message, out);
  return out;
}

export function tooLarge(payload: Buffer): MqttPayload {
  return refusedWhole('too-large', `${payload.length} bytes, at most ${MAX_PAYLOAD_BYTES}`);
}

export function refusedWhole(reason: RejectReason, message: string): MqttPayload {
  return { ...emptyPayload(), refused: [{ reason, field: '', message }] };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** How deeply brackets and braces are nested outside of texts; told before anything recursive sees the value. */
function depthOf(payload: Buffer): number {
  let depth = 0;
  let deepest = 0;
  let inText = false;
  for (let i = 0; i < payload.length; i++) {
    const byte = payload[i];
    if (inText) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) {
      inText = true;
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > deepest) deepest = depth;
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--;
    }
  }
  return deepest;
}

export function refusal(field: string, message: string): MqttRefusal {
  return { reason: 'bad-item', field, message };
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The members of an object, checked one by one; the first that is wrong is remembered, and what is wrong reads as absent. */
export class Members {
  problem: MqttRefusal | null = null;

  /** `path`: in front of the names of members, such as `items[3].`. */
  constructor(
    readonly from: Json,
    readonly path = '',
  ) {}

  fail(name: string, message: string): void {
    this.problem ??= refusal(`${this.path}${name}`, message);
  }

  /** NaN where it is absent or null. */
  number(name: string, low: number, high: number): number {
    const value = this.from[name];
    if (value === undefined || value === null) return Number.NaN;
    if (typeof value === 'number' && value >= low && value <= high) return value;
    this.fail(name, `must be a number from ${low} to ${high}`);
    return Number.NaN;
  }

  needed(name: string, low: number, high: number): number {
    const value = this.number(name, low, high);
    if (Number.isNaN(value)) this.fail(name, `must be a number from ${low} to ${high}`);
    return value;
  }

  /** A whole number of at most 32 bits; 0 where it is absent. */
  word(name: string): number {
    const value = this.number(name, 0, 0xffff_ffff);
    if (Number.isNaN(value)) return 0;
    if (!Number.isInteger(value)) this.fail(name, 'must be a whole number');
    return value;
  }

  /** '' where it is absent or null. */
  text(name: string, longest: number): string {
    const value = this.from[name] ?? '';
    if (typeof value === 'string' && value.length <= longest) return value;
    this.fail(name, `must be a text of at most ${longest} characters`);
    return '';
  }

  /** Epoch ms of an RFC 3339 time; NaN where it is absent. */
  time(name: string): number {
    const value = this.from[name];
    if (value === undefined || value === null) return Number.NaN;
    const ms = typeof value === 'string' ? rfc3339ToMs(value) : Number.NaN;
    if (Number.isNaN(ms)) this.fail(name, 'must be an RFC 3339 time with its zone');
    return ms;
  }

  boolean(name: string): boolean | null {
    const value = this.from[name] ?? null;
    if (value === null || typeof value === 'boolean') return value;
    this.fail(name, 'must be true or false');
    return null;
  }
}
