import * as http from 'node:http';
import * as https from 'node:https';
import type { DeliveryFailure } from '../model/webhook.js';
import { explain } from '../store/db.js';
import type { Carried, Carrier, Delivery } from './carrier.js';
import { within } from './deadline.js';
import type { TargetGuard } from './target-guard.js';

/** Until an answer has been read whole. */
const TIMEOUT_MS = 15_000;
/** Of an answer so much is read, for the delivery log; a receiver that says more is cut off. */
const ANSWER_BYTES_MAX = 16 * 1024;
const DETAIL_CHARS = 200;
/** A connection that was not used for so long is closed. */
const IDLE_MS = 30_000;

/**
 * Answers that speak of the address, the caller or the moment, and not of the message: another message would get the
 * same. Together with 5xx, redirects and silence they hold everything back. All other 4xx refuse the message.
 */
const NOT_THE_MESSAGE = new Set([401, 402, 403, 404, 405, 407, 408, 421, 423, 425, 426, 429, 451]);
const GONE = 410;

export interface WebhookTarget {
  url: string;
  guard: TargetGuard;
  userAgent: string;
  /** Signatures of the body under the id, at a time in epoch ms. */
  sign: (id: string, nowMs: number, body: string) => string;
  /** Epoch ms. */
  clock: () => number;
  timeoutMs?: number;
}

/** Posts one message after the other to an address. The addresses behind its name are judged before each connection. */
export class WebhookCarrier implements Carrier {
  readonly window = 1;
  readonly #agent: http.Agent;

  constructor(readonly target: WebhookTarget) {
    const { Agent } = target.url.startsWith('https:') ? https : http;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 2, timeout: IDLE_MS });
  }

  async carry([delivery]: readonly Delivery[], signal: AbortSignal): Promise<Carried> {
    const failure = await this.post(delivery, signal);
    return { taken: failure ? 0 : 1, failure };
  }

  /** Null where the message was taken (2xx). */
  async post({ id, text }: Pick<Delivery, 'id' | 'text'>, signal: AbortSignal): Promise<DeliveryFailure | null> {
    const { url, guard, clock, timeoutMs = TIMEOUT_MS } = this.target;
    const problem = guard.problem(url);
    if (problem) return { kind: 'outage', status: null, detail: `url ${problem}` };
    try {
      return await within(timeoutMs, signal, async (ends) => {
        const ask = () => this.#ask(id, text, clock(), ends);
        // A connection that was kept may have been closed at the other end just now: that says nothing of the receiver.
        const answer = await ask().catch((error: unknown) =>
          error instanceof StaleConnection ? ask() : Promise.reject(error),
        );
        return failureOf(answer, clock());
      });
    } catch (error) {
      return { kind: 'outage', status: null, detail: explain(error) };
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #ask(id: string, body: string, nowMs: number, signal: AbortSignal): Promise<WebhookAnswer> {
    const { url, guard, sign, userAgent } = this.target;
    const headers = {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
      'User-Agent': userAgent,
      'Webhook-Id': id,
      'Webhook-Timestamp': String(Math.floor(nowMs / 1000)),
      'Webhook-Signature': sign(id, nowMs, body),
    };
    const { request } = url.startsWith('https:') ? https : http;
    return new Promise((resolve, reject) => {
      const asked = request(url, { method: 'POST', agent: this.#agent, lookup: guard.lookup, headers, signal });
      asked.on('error', (error: NodeJS.ErrnoException) => {
        const stale = asked.reusedSocket && error.code === 'ECONNRESET';
        reject(stale ? new StaleConnection(error.message) : error);
      });
      asked.on('response', (response) => {
        let bytes = 0;
        let text = '';
        const done = () => {
          const { statusCode: status = 0, headers: answered } = response;
          resolve({ status, retryAfter: answered['retry-after'], text });
        };
        response.on('error', reject);
        response.on('end', done);
        response.setEncoding('utf8').on('data', (chunk: string) => {
          bytes += chunk.length;
          if (text.length < DETAIL_CHARS) text += chunk.slice(0, DETAIL_CHARS);
          if (bytes <= ANSWER_BYTES_MAX) return;
          done(); // the status is what counts
          response.destroy();
        });
      });
      asked.end(body);
    });
  }
}

class StaleConnection extends Error {}

interface WebhookAnswer {
  status: number;
  retryAfter: string | undefined;
  /** The beginning of the body. */
  text: string;
}

function failureOf({ status, retryAfter, text }: WebhookAnswer, nowMs: number): DeliveryFailure | null {
  if (status >= 200 && status < 300) return null;
  const retryAfterMs = waitOf(retryAfter, nowMs);
  const said = text
    .slice(0, DETAIL_CHARS)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  const redirect = status >= 300 && status < 400 ? 'redirects are not followed' : said;
  const detail = `answered ${status}${redirect ? `: ${redirect}` : ''}`;
  const refused = status >= 400 && status < 500 && !NOT_THE_MESSAGE.has(status);
  const kind = status === GONE ? 'gone' : refused ? 'refused' : 'outage';
  return { kind, status, detail, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** `Retry-After`: seconds, or a date. */
function waitOf(retryAfter: string | undefined, nowMs: number): number | undefined {
  if (retryAfter === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - nowMs;
  return ms > 0 ? ms : undefined;
}
