import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A part of a bench in a process of its own, that answers one message after the other; several may be under way. */
export class Child<Order, Answer> {
  readonly #process: ChildProcess;
  readonly #gone: Promise<never>;
  /** In the order of the questions, as the answers come. */
  readonly #waiting: ((answer: Answer) => void)[] = [];

  /** `file`: a script of this folder. */
  constructor(file: string, options: string[] = []) {
    const script = fileURLToPath(new URL(`./${file}`, import.meta.url));
    this.#process = spawn(process.execPath, [script, ...options], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    this.#process.on('message', (answer: Answer) => this.#waiting.shift()?.(answer));
    this.#gone = once(this.#process, 'exit').then(([code]) => {
      throw new Error(`a process of the bench ended with ${code}`);
    });
    this.#gone.catch(() => {}); // told to whoever asks
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  /** Rejects where the process ends instead. */
  async ask(order: Order): Promise<Answer> {
    const answered = new Promise<Answer>((resolve) => this.#waiting.push(resolve));
    this.#process.send(order as object);
    return Promise.race([answered, this.#gone]);
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill();
    await gone;
  }
}

/** The other side: answers each order in turn. */
export function answerOrders<Order, Answer>(answer: (order: Order) => Promise<Answer> | Answer): void {
  let turn = Promise.resolve();
  process.on('message', (order: Order) => {
    turn = turn.then(async () => {
      process.send?.((await answer(order)) as object);
    });
  });
}

/** Epoch ms with fractions, the same in every process of one machine to within a millisecond. */
export function exactNow(): number {
  return performance.timeOrigin + performance.now();
}

/** The smallest of `shares` (0–1) of the values; sorts them. */
export function quantiles(values: Float64Array | number[], ...shares: number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  return shares.map((share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN);
}
