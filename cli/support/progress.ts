import { SingleBar } from 'cli-progress';

const SHOW_AFTER_MS = 2000;

/** A bar on stderr for work that takes over 2 s; nothing where nobody watches a terminal. */
export class Progress {
  readonly #bar: SingleBar | null;
  readonly #timer: NodeJS.Timeout | null;
  #done = 0;

  /** `unit` is what is counted, such as `fixes`. */
  constructor(total: number, unit: string) {
    this.#bar = process.stderr.isTTY
      ? new SingleBar({
          format: `[{bar}] {percentage}% {value}/{total} ${unit}, {eta_formatted} to go`,
          clearOnComplete: true,
        })
      : null;
    this.#timer = this.#bar && setTimeout(() => this.#bar?.start(total, this.#done), SHOW_AFTER_MS);
    this.#timer?.unref();
  }

  add(count: number): void {
    this.#done += count;
    if (this.#bar?.isActive) this.#bar.update(this.#done);
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#bar?.stop();
  }
}
