import { Kept } from './kept.js';

/** Up to where in the alert log a receiver has everything. */
export interface Place {
  epoch: string;
  number: number;
}

/** The place of one receiver. */
export interface PlaceKeeper {
  readonly value: Place;
  move(place: Place): void;
}

/** A place that the receiver itself is asked for after a restart. */
export function unkeptPlace(value: Place): PlaceKeeper {
  return {
    get value() {
      return value;
    },
    move(place) {
      value = place;
    },
  };
}

/** The places of all receivers, in one file. After a crash what was delivered last comes once more, with the same ids. */
export class Places {
  private constructor(readonly kept: Kept<Record<string, Place>>) {}

  static async open(dir: string, log: (line: string) => void): Promise<Places> {
    return new Places(await Kept.open<Record<string, Place>>(dir, 'places', {}, log));
  }

  /** `initial` where the receiver is new. */
  keeper(receiver: string, initial: Place): PlaceKeeper {
    const { kept } = this;
    if (!(receiver in kept.value)) {
      kept.value[receiver] = initial;
      kept.changed();
    }
    return {
      get value() {
        return kept.value[receiver] ?? initial;
      },
      move(place) {
        kept.value[receiver] = place;
        kept.changed();
      },
    };
  }

  /** Of whom a place is kept. */
  get receivers(): string[] {
    return Object.keys(this.kept.value);
  }

  delete(receiver: string): void {
    delete this.kept.value[receiver];
    this.kept.changed();
  }

  close(): Promise<void> {
    return this.kept.close();
  }
}
