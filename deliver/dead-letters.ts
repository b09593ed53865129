import { rm } from 'node:fs/promises';
import type { DeadLetter } from '../model/webhook.js';
import { checkpointFiles } from '../store/checkpoint.js';
import { Kept } from './kept.js';

/** Kept for one receiver; beyond it the oldest go, and are counted. */
const MAX_LETTERS = 500;

interface State {
  nextNo: number;
  letters: DeadLetter[];
  /** Letters given up because there were too many. */
  lost: number;
}

/** Messages that one receiver would not take, until somebody sends them again or throws them away. */
export class DeadLetters {
  private constructor(readonly kept: Kept<State>) {}

  static async open(dir: string, receiver: string, log: (line: string) => void): Promise<DeadLetters> {
    const empty: State = { nextNo: 1, letters: [], lost: 0 };
    return new DeadLetters(await Kept.open(dir, nameOf(receiver), empty, log));
  }

  /** Removes what was put aside for a receiver that is no more. */
  static async forget(dir: string, receiver: string): Promise<void> {
    for (const path of checkpointFiles(dir, nameOf(receiver))) await rm(path, { force: true });
  }

  get lost(): number {
    return this.kept.value.lost;
  }

  /** Oldest first. */
  get letters(): readonly DeadLetter[] {
    return this.kept.value.letters;
  }

  /** Resolves once it is on disk. */
  add(letter: Omit<DeadLetter, 'no'>): Promise<void> {
    const state = this.kept.value;
    state.letters.push({ no: state.nextNo++, ...letter });
    if (state.letters.length > MAX_LETTERS) {
      state.letters.shift();
      state.lost++;
    }
    this.kept.changed();
    return this.kept.flushed();
  }

  /** False where there is none with the number. */
  remove(no: number): boolean {
    const state = this.kept.value;
    const place = state.letters.findIndex((letter) => letter.no === no);
    if (place < 0) return false;
    state.letters.splice(place, 1);
    this.kept.changed();
    return true;
  }

  close(): Promise<void> {
    return this.kept.close();
  }
}

function nameOf(receiver: string): string {
  return `${receiver}.dead`;
}
