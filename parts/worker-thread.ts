import { Worker } from 'node:worker_threads';

export interface WorkerThreadOptions<Message> {
  /** For people. */
  name: string;
  url: URL;
  data: unknown;
  /** A wake-up is sent at most this often, ms. */
  wakeEveryMs: number;
  onMessage: (message: Message) => void;
  /** It died by itself and is being started again. */
  onCrash: (error: Error) => void;
  /** It died so often that starting it again is no answer any more. */
  onGivenUp: (error: Error) => void;
}

const RESTART_MS = 200;
/** More crashes than this within a minute, and it is given up (reliability sheet §14). */
const CRASHES_PER_MINUTE = 5;

/**
 * A thread that follows the log: woken when there is more, started again when it crashes. Both sides tell the end by
 * a message of type 'stop' and one of type 'stopped'.
 */
export class WorkerThread<Order extends { type: string }, Message extends { type: string }> {
  #worker: Worker | null = null;
  #crashes: number[] = [];
  #wakeTimer: NodeJS.Timeout | null = null;
  #wokenAt = -Infinity;
  #stopping = false;
  #stopped: () => void = () => {};

  constructor(readonly options: WorkerThreadOptions<Message>) {
    this.#start();
  }

  post(order: Order | { type: 'wake' } | { type: 'stop' }): void {
    this.#worker?.postMessage(order);
  }

  /** Says that the log has more; calls in quick succession become one message. */
  wake(): void {
    if (this.#wakeTimer) return;
    const wait = this.#wokenAt + this.options.wakeEveryMs - performance.now();
    if (wait <= 0) this.#wakeNow();
    else this.#wakeTimer = setTimeout(() => this.#wakeNow(), wait);
  }

  /** Resolves when the thread has finished and ended, or has not within `graceMs`: the log keeps what it left. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    if (this.#wakeTimer) clearTimeout(this.#wakeTimer);
    const worker = this.#worker;
    if (!worker) return;
    const late = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
    const stopped = new Promise<void>((resolve) => {
      this.#stopped = resolve;
    });
    this.post({ type: 'stop' });
    await Promise.race([stopped, late]);
    await worker.terminate();
  }

  #start(): void {
    const { name, url, data, onMessage } = this.options;
    const worker = new Worker(url, { workerData: data, name });
    this.#worker = worker;
    worker.on('message', (message: Message) => {
      if (message.type === 'stopped') this.#stopped();
      else onMessage(message);
    });
    let failure = new Error(`the ${name} ended by itself`);
    worker.on('error', (error) => {
      failure = error as Error;
    });
    worker.on('exit', () => {
      this.#worker = null;
      this.#stopped();
      if (!this.#stopping) this.#crashed(failure);
    });
  }

  #crashed(error: Error): void {
    const now = performance.now();
    this.#crashes = [...this.#crashes.filter((at) => now - at < 60_000), now];
    if (this.#crashes.length > CRASHES_PER_MINUTE) {
      this.options.onGivenUp(error);
      return;
    }
    this.options.onCrash(error);
    setTimeout(() => {
      if (!this.#stopping) this.#start();
    }, RESTART_MS);
  }

  #wakeNow(): void {
    this.#wakeTimer = null;
    this.#wokenAt = performance.now();
    this.post({ type: 'wake' });
  }
}
