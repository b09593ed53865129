import { readCursor } from '../alerts/log/feed.js';
import type { OlderSteps } from '../alerts/log/fetching-reader.js';
import type { AlertTransition } from '../model/alert.js';
import { count, type Tally } from '../model/stats.js';
import { LogGapError } from '../store/log-reader.js';

/** Steps asked for at once: some 700 KB. */
const PAGE = 500;
/** Pages that are kept for whoever comes back to the same place: some 16 MB. */
const PAGES_KEPT = 8;
/** Longer than the main node looks for. */
const TIMEOUT_MS = 10_000;
/** A main node that could not be asked is not asked again for so long. */
const REST_MS = 1000;

/** Why steps cannot be had just now; they will be there when the main node is back. */
export class MainNodeAwayError extends Error {
  readonly code = 'main-node-away';
}

export interface MainNodeStepsOptions {
  /** Generation of the alert log. */
  epoch: string;
  /** Where the main node's API is, and the oldest step that its log can be continued after. */
  main: () => { url: string; alertOldest: number };
  /** That of all nodes. */
  adminKey: string;
  pageSteps?: number;
  timeoutMs?: number;
}

/**
 * The part of the alert log that is too old for Redis and this node's memory, from the main node's API: a page at a time, one
 * request at a time for all readers, and each page once for those who want it at about the same time. A reader has one page on
 * its way at most, and asks for the next when its client has taken this one: a thousand who come back cost the main node no
 * more than one, and whoever does not read costs nothing.
 */
export class MainNodeSteps implements OlderSteps {
  /** Pages by what came of asking for them: fetched, gone, away. */
  readonly pages: Tally = {};
  readonly #o: MainNodeStepsOptions;
  readonly #pageSteps: number;
  /** By number before the first, whole or on their way; the one used last at the end. */
  readonly #pages = new Map<number, Promise<AlertTransition[]>>();
  /** The last request, ended or not. */
  #turn: Promise<unknown> = Promise.resolve();
  /** Until then, by the monotonic clock, the answer is `#away`. */
  #restsUntil = -Infinity;
  #away: MainNodeAwayError | null = null;

  constructor(options: MainNodeStepsOptions) {
    this.#o = options;
    this.#pageSteps = options.pageSteps ?? PAGE;
  }

  get oldest(): number {
    return this.#o.main().alertOldest;
  }

  async read(after: number, limit: number): Promise<AlertTransition[]> {
    const known = behind(after, await this.#page(after - (after % this.#pageSteps)));
    // It ended before: the main node looks no longer than a while for one page.
    const steps = known.length > 0 ? known : behind(after, await this.#inTurn(after));
    if (steps.length === 0) throw new MainNodeAwayError(`the main node has no alert step ${after + 1} yet`);
    // Cut off since the reader began: it is to be told, and not to go on behind the hole as if there were none.
    const [{ number: first }] = steps;
    if (first > after + 1) throw new LogGapError(`of ${this.#o.main().url}`, after + 1, first);
    return steps.slice(0, limit);
  }

  #page(start: number): Promise<AlertTransition[]> {
    const known = this.#pages.get(start);
    const page = known ?? this.#inTurn(start);
    this.#pages.delete(start);
    this.#pages.set(start, page);
    if (known) return known;
    page.catch(() => this.#pages.delete(start));
    if (this.#pages.size > PAGES_KEPT) this.#pages.delete(this.#pages.keys().next().value as number);
    return page;
  }

  #inTurn(start: number): Promise<AlertTransition[]> {
    const page = this.#turn.then(() => this.#fetch(start));
    this.#turn = page.catch(() => {});
    return page;
  }

  /** Steps behind `start`, or behind the oldest that there is: the log may begin within a page. */
  async #fetch(start: number): Promise<AlertTransition[]> {
    if (this.#away && performance.now() < this.#restsUntil) throw this.#away;
    const { epoch } = this.#o;
    const from = Math.max(start, this.oldest);
    const { items, recovered } = await this.#ask(`${epoch}-${from}`);
    count(this.pages, recovered ? 'fetched' : 'gone');
    if (!recovered) {
      if (this.oldest > from) throw new LogGapError(`of ${this.#o.main().url}`, from + 1, this.oldest + 1);
      // It was cut off just now, and how far we hear in a moment.
      throw new MainNodeAwayError(`the main node does not go on behind alert step ${from}`);
    }
    return items.map(({ cursor, transition, alert }) => {
      const place = readCursor(cursor);
      if (place?.epoch !== epoch) throw new MainNodeAwayError(`the main node has another alert log: ${cursor}`);
      // Whose word it was nobody is told here: lists of steps with that are the database's.
      return { number: place.number, inputSeq: 0, transition, alert };
    });
  }

  async #ask(cursor: string): Promise<Page> {
    const { main, adminKey, timeoutMs = TIMEOUT_MS } = this.#o;
    // Muted ones, too: what a subscriber wants is looked at here.
    const query = `after=${cursor}&limit=${this.#pageSteps}&muted=true,false`;
    try {
      const response = await fetch(`${main().url.replace(/\/$/, '')}/v1/alerts?${query}`, {
        headers: { authorization: `Bearer ${adminKey}` },
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (response.ok) {
        const page = (await response.json()) as Page;
        this.#away = null;
        return page;
      }
      await response.body?.cancel();
      throw new Error(
        response.status === 401
          ? 'it refuses the key that is good here: CHEJI_ADMIN_KEY must be the same on all nodes'
          : `it answers ${response.status}`,
      );
    } catch (error) {
      count(this.pages, 'away');
      this.#away = new MainNodeAwayError(`alerts from before ${cursor} on are at the main node: ${detailOf(error)}`);
      this.#restsUntil = performance.now() + REST_MS;
      throw this.#away;
    }
  }
}

/** What `GET /v1/alerts?after=` answers. */
interface Page {
  items: (Pick<AlertTransition, 'transition' | 'alert'> & { cursor: string })[];
  recovered: boolean;
}

function behind(after: number, steps: readonly AlertTransition[]): AlertTransition[] {
  return steps.filter(({ number }) => number > after);
}

function detailOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message;
}
