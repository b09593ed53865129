import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { Datum } from '../../model/datum.js';
import { writtenGeometry } from '../../model/written-geometry.js';
import { ApiError, RETRY_SOON } from '../http/errors.js';
import { type FenceBody, readFenceBody } from './fence-body.js';
import type { FenceTask, FenceTaskAnswer } from './fence-reader-worker.js';

/** Up to here a body is read at once: a millisecond or two. */
const INLINE_BYTES = 32 * 1024;
/** Bodies in the thread or waiting for it, and their bytes; beyond that callers are told to come back. */
export const FENCE_READER_LIMITS = { tasks: 64, bytes: 64 * 1024 * 1024 };
/** A body of the largest size becomes some 200 MB of arrays. */
const HEAP_MB = 512;

interface Task extends FenceTask {
  resolve: (body: FenceBody) => void;
  reject: (error: unknown) => void;
}

/**
 * Reads what fences are made of: small bodies at once, large ones in a thread, because a fence with 10,000 corners would hold up
 * acknowledgements for 20 ms and more, and a collection of such for seconds. The answers are the same either way. The thread is made
 * when it is first needed, and again where it dies: who waits behind the body that it died of does not notice.
 */
export class FenceReader {
  readonly #queue: Task[] = [];
  #bytes = 0;
  #worker: Worker | null = null;
  #closed = false;

  constructor(
    private readonly log: Logger,
    private readonly url: URL,
    private readonly limits = FENCE_READER_LIMITS,
  ) {}

  /** `datum` and `pathId` as in `readFenceBody`. Rejects 'busy' where too much waits. */
  async read(bytes: Uint8Array, datum: Datum, pathId?: string): Promise<FenceBody> {
    if (bytes.length <= INLINE_BYTES) return readFenceBody(new TextDecoder().decode(bytes), datum, pathId);
    if (this.#queue.length >= this.limits.tasks || this.#bytes + bytes.length > this.limits.bytes) {
      throw new ApiError('busy', 'too many large fences are being read', [], RETRY_SOON);
    }
    if (this.#closed) throw stopped();
    return new Promise((resolve, reject) => {
      this.#queue.push({ bytes, datum, pathId, resolve, reject });
      this.#bytes += bytes.length;
      if (this.#queue.length === 1) this.#next();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#queue.splice(0)) reject(stopped());
    await this.#worker?.terminate();
  }

  /** Has the thread read the first of the queue. */
  #next(): void {
    const task = this.#queue[0];
    if (!task) return;
    this.#worker ??= this.#start();
    const { bytes, datum, pathId } = task;
    this.#worker.postMessage({ bytes, datum, pathId } satisfies FenceTask);
  }

  #done(): Task | undefined {
    const task = this.#queue.shift();
    if (task) this.#bytes -= task.bytes.length;
    return task;
  }

  #start(): Worker {
    const worker = new Worker(this.url, { name: 'fence-reader', resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } });
    worker.unref();
    worker.on('message', (answer: FenceTaskAnswer) => {
      const fences = answer.fences.map(({ type, json, ...fence }) => ({
        ...fence,
        geometry: writtenGeometry(type, json),
      }));
      this.#done()?.resolve({ ...answer, fences });
      this.#next();
    });
    let failure = new Error('it ended by itself');
    worker.on('error', (error) => {
      failure = error as Error;
    });
    worker.on('exit', () => {
      this.#worker = null;
      if (this.#closed) return;
      this.log.error({ err: failure }, 'the reader of large fences crashed; it starts again');
      this.#done()?.reject(new ApiError('internal', 'reading this fence failed on our side'));
      this.#next();
    });
    return worker;
  }
}

function stopped(): ApiError {
  return new ApiError('busy', 'the server is stopping', [], RETRY_SOON);
}
