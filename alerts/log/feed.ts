import { setImmediate as afterEvents } from 'node:timers/promises';
import type { Alert, AlertTransition } from '../../model/alert.js';
import { readAlertCommit } from '../../model/alert-commit.js';
import type { Block } from '../../model/block.js';
import { LogGapError, LogReader } from '../../store/log-reader.js';
import { AlertLogReader, oldestInFiles } from './alert-log-reader.js';
import { FetchingReader, type OlderSteps } from './fetching-reader.js';

/** Transitions in memory for readers that come back; older ones, up to a day, are read from the log's files. */
const MAX_TRANSITIONS = 50_000;
/** Transitions kept as text: about as many as arrive while everybody is told of them. */
const MAX_TEXTS = 2000;

/** The part of the engine's 'ready' that the feed reads. */
export interface EngineReady {
  epoch: string;
  /** Number of the last record in the alert log. */
  alertNumber: number;
  open: readonly Alert[];
}

type Listener = (transitions: readonly AlertTransition[]) => void;

/**
 * The alert log as the main thread has it: open and recent alerts in their newest form, and the newest transitions by
 * number for readers that resume. Everything in it is committed on disk.
 */
export class AlertFeed {
  /** Name of this generation of the alert log; '' before `load`. */
  epoch = '';
  /** Number of the newest transition; 0 before the first. */
  last = 0;
  /** The oldest number that `since` can still continue after; `reader` goes back further. */
  oldest = 0;
  /** Where the log's files are; '' before `load`. */
  dir = '';
  /** Resolves once the log has been read for the first time: until then `last` is not the end. */
  readonly ready: Promise<void>;
  #setReady = () => {};
  /** Those that are too old for memory, where the log's files are elsewhere. */
  #older: OlderSteps | null = null;
  /** Steps that another node may have told before they come here; 0 where this is where they are made. */
  #ahead = 0;
  readonly #limit: number;
  readonly #alerts = new Map<string, Alert>();
  /** The newest transitions, ascending; those before `#head` are given up. */
  #transitions: AlertTransition[] = [];
  #head = 0;
  readonly #listeners = new Set<Listener>();
  /** By number. */
  readonly #texts = new Map<number, string>();
  /** Pushed while `load` reads, or before it did. */
  #waiting: AlertTransition[] | null = [];
  /** Calls of `load` that have not ended, and the last of them. */
  #loads = 0;
  #loaded: Promise<void> = Promise.resolve();

  constructor(limit = MAX_TRANSITIONS) {
    this.#limit = limit;
    this.ready = new Promise((resolve) => {
      this.#setReady = resolve;
    });
  }

  /**
   * Reads what is missing, each time the engine's thread says that it is ready, the first time and after a crash: the log
   * in `dir` up to `alertNumber`, as far back as is kept, and the alerts that are `open`, which may be older. What is
   * pushed meanwhile waits. Leaves room for other work between blocks.
   */
  load(dir: string, ready: EngineReady): Promise<void> {
    this.#waiting ??= [];
    this.#loads++;
    this.#loaded = this.#loaded
      .catch(() => {}) // told to whoever asked for that one
      .then(() => this.#read(dir, ready))
      .finally(() => {
        if (--this.#loads > 0) return;
        const waiting = this.#waiting ?? [];
        this.#waiting = null;
        this.push(waiting);
        this.#setReady();
      });
    return this.#loaded;
  }

  /** Begins behind `alertNumber` with a log whose files are elsewhere: what comes of it is pushed, what is `older` can be asked for. */
  begin({ epoch, alertNumber, open }: EngineReady, older: OlderSteps | null = null): void {
    this.epoch = epoch;
    this.#older = older;
    this.last = alertNumber;
    this.oldest = alertNumber;
    this.#ahead = this.#limit;
    for (const alert of open) this.#alerts.set(alert.id, alert);
    this.#waiting = null;
    this.#setReady();
  }

  async #read(dir: string, { epoch, alertNumber, open }: EngineReady): Promise<void> {
    this.epoch = epoch;
    this.dir = dir;
    for (const alert of open) if (!this.#alerts.has(alert.id)) this.#alerts.set(alert.id, alert);
    const from = Math.max(this.last + 1, alertNumber - this.#limit + 1);
    if (from > this.last + 1) this.oldest = from - 1;
    for await (const block of readBlocks(dir, from, alertNumber, (oldest) => (this.oldest = oldest - 1))) {
      this.#takeAndTell(readAlertCommit(block).transitions);
    }
    this.last = Math.max(this.last, alertNumber);
  }

  /**
   * Takes in what the engine has committed, in order, and tells the subscribers. `texts`: of each, as `text` would write it,
   * where somebody has written it already.
   */
  push(transitions: readonly AlertTransition[], texts: readonly string[] = []): void {
    for (const [i, text] of texts.entries()) this.#keepText(transitions[i].number, text);
    if (this.#waiting) this.#waiting.push(...transitions);
    else this.#takeAndTell(transitions);
  }

  /** The newest form of an alert that is open or recent. */
  get(id: string): Alert | undefined {
    return this.#alerts.get(id);
  }

  /** Open and recent alerts in their newest form, in no particular order. */
  alerts(): Iterable<Alert> {
    return this.#alerts.values();
  }

  /** At most `limit` transitions after number `after`, in order. None are missing where `after` is at least `oldest`. */
  since(after: number, limit: number): AlertTransition[] {
    let low = this.#head;
    let high = this.#transitions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#transitions[middle].number <= after) low = middle + 1;
      else high = middle;
    }
    return this.#transitions.slice(low, low + limit);
  }

  /** The oldest number that a reader can still continue after. */
  get oldestKept(): number {
    return Math.min(this.oldest, this.#older ? this.#older.oldest : oldestInFiles(this.dir));
  }

  /** For one reader that may be further behind than memory reaches. */
  reader(): AlertLogReader | FetchingReader {
    return this.#older ? new FetchingReader(this, this.#older) : this.fileReader();
  }

  /** The same beside the log's files, where nobody has to wait. */
  fileReader(): AlertLogReader {
    return new AlertLogReader(this);
  }

  /** What a client keeps to go on after transition `number`. */
  cursor(number: number): string {
    return `${this.epoch}-${number}`;
  }

  /**
   * The number in a cursor, which may be ahead where the log comes from elsewhere; null where the log cannot be continued
   * after it: another epoch, too old, or no cursor.
   */
  placeOf(cursor: string): number | null {
    const place = readCursor(cursor);
    if (place?.epoch !== this.epoch) return null;
    const { number } = place;
    // Whoever comes from a node that was further goes on when we are there, too.
    if (number > this.last && number <= this.last + this.#ahead) return number;
    return number <= this.last && (number >= this.oldest || number >= this.oldestKept) ? number : null;
  }

  /** `{"cursor":…,"transition":…,"alert":…}`: what every reader outside gets, written once for all of them. */
  text(transition: AlertTransition): string {
    const { number, alert } = transition;
    let text = this.#texts.get(number);
    if (text === undefined) {
      text = `{"cursor":"${this.cursor(number)}","transition":"${transition.transition}","alert":${JSON.stringify(alert)}}`;
      this.#keepText(number, text);
    }
    return text;
  }

  #keepText(number: number, text: string): void {
    if (this.#texts.size >= MAX_TEXTS) this.#texts.clear();
    this.#texts.set(number, text);
  }

  /** Called after transitions are committed and readable by `since`; returns the way to stop it. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #takeAndTell(transitions: readonly AlertTransition[]): void {
    const fresh = transitions.filter(({ number }) => number > this.last);
    for (const transition of fresh) {
      this.last = transition.number;
      this.#alerts.set(transition.alert.id, transition.alert);
      this.#transitions.push(transition);
      if (this.#transitions.length - this.#head > this.#limit) this.#giveUpOldest();
    }
    if (fresh.length > 0) for (const listener of this.#listeners) listener(fresh);
  }

  #giveUpOldest(): void {
    const { number, alert } = this.#transitions[this.#head++];
    this.oldest = number;
    // Its newest form goes too, unless it is open still.
    if (alert.clearedAt !== null && this.#alerts.get(alert.id) === alert) this.#alerts.delete(alert.id);
    if (this.#head > this.#limit) {
      this.#transitions = this.#transitions.slice(this.#head);
      this.#head = 0;
    }
  }
}

/** A cursor taken apart; null where it is none. */
export function readCursor(cursor: string): { epoch: string; number: number } | null {
  const split = cursor.lastIndexOf('-');
  const digits = cursor.slice(split + 1);
  return split > 0 && /^\d{1,15}$/.test(digits) ? { epoch: cursor.slice(0, split), number: Number(digits) } : null;
}

/** Blocks of the log from record `from` to `last`; `oldest` is told where those before it are gone. */
async function* readBlocks(
  dir: string,
  from: number,
  last: number,
  oldest: (seq: number) => void,
): AsyncGenerator<Block> {
  let reader = new LogReader(dir, from, () => last);
  try {
    for (;;) {
      let blocks: Block[];
      try {
        blocks = reader.next();
      } catch (error) {
        if (!(error instanceof LogGapError)) throw error;
        oldest(error.oldest);
        reader = new LogReader(dir, error.oldest, () => last);
        continue;
      }
      if (blocks.length === 0) return;
      for (const block of blocks) {
        yield block;
        await afterEvents();
      }
    }
  } finally {
    reader.close();
  }
}
