import type { Edition } from '../common/edition.js';
import type { Habits } from './habits.js';

/** How a terminal was heard last: what is sent to it has the same form. */
export interface Heard {
  numberBytes: Buffer;
  edition: Edition | null;
  form: Edition;
  protocolVersion: number;
  habits: Habits;
}

/** Terminals of one link that are remembered; beyond it the one heard of longest ago is forgotten. */
const MAX_HEARD = 20_000;

/** The terminals of one link but the one that speaks, by number. */
export class HeardTerminals {
  readonly #byNumber = new Map<string, Heard>();

  get(number: string): Heard | undefined {
    return this.#byNumber.get(number);
  }

  put(number: string, heard: Heard): void {
    this.#byNumber.set(number, heard);
    if (this.#byNumber.size <= MAX_HEARD) return;
    for (const oldest of this.#byNumber.keys()) {
      this.#byNumber.delete(oldest);
      break;
    }
  }

  delete(number: string): void {
    this.#byNumber.delete(number);
  }
}
