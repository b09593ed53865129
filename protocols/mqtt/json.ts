import { MAX_PAYLOAD_BYTES, type MqttMessage, type MqttPayload, type MqttRefusal } from './payload.js';

export type Json = Record<string, unknown>;

/** The payload as JSON handed to `read`, which fills what it is given; a payload that is none is refused whole. */
export function decodeJson(
  message: MqttMessage,
  read: (value: unknown, message: MqttMessage, out: MqttPayload) => void,
): MqttPayload {
  const out: MqttPayload = { fixes: [], events: [], refused: [] };
  const { payload } = message;
  if (payload.length > MAX_PAYLOAD_BYTES) {
    out.refused.push(refusal('', `${payload.length} bytes, at most ${MAX_PAYLOAD_BYTES}`));
    return out;
  }
  let value: unknown;
  try {
    value = JSON.parse(payload.toString('utf8'));
  } catch (error) {
    out.refused.push(refusal('', `no JSON: ${(error as Error).message.slice(0, 120)}`));
    return out;
  }
  read(value, message, out);
  return out;
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
    const ms = typeof value === 'string' && /^\d{4}-\d\d-\d\d[T ]/.test(value) ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(ms)) this.fail(name, 'must be an RFC 3339 time');
    return ms;
  }

  boolean(name: string): boolean | null {
    const value = this.from[name] ?? null;
    if (value === null || typeof value === 'boolean') return value;
    this.fail(name, 'must be true or false');
    return null;
  }
}
