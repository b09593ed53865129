import type { QuirkBook } from '../../../model/quirks.js';
import { type Habits, STANDARD } from '../habits.js';
import { binaryControlNumbers } from './binary-control-numbers.js';
import { edition2011 } from './edition-2011.js';
import type { Quirk } from './quirk.js';
import { swappedPlace } from './swapped-place.js';
import { tamperBits } from './tamper-bits.js';
import { utcClock } from './utc-clock.js';
import { wrongChecksum } from './wrong-checksum.js';
import { wrongLength } from './wrong-length.js';

/** Every quirk, one line each; of two that say something of the same habit the later one counts. */
export const QUIRKS: readonly Quirk[] = [
  wrongChecksum,
  wrongLength,
  edition2011,
  utcClock,
  tamperBits,
  swappedPlace,
  binaryControlNumbers,
];

export const quirkBook: QuirkBook = {
  list: QUIRKS.map(({ name, note, seen }) => ({ name, note, seen })),
  recognise: ({ manufacturer, model }) =>
    QUIRKS.filter(({ known }) =>
      known?.some(
        (it) =>
          (it.manufacturer === undefined || it.manufacturer === manufacturer) &&
          (it.model === undefined || it.model === model),
      ),
    ).map(({ name }) => name),
};

/** The habits of a terminal with these quirks; names that are not known count for nothing. */
export function habitsOf(names: readonly string[]): Habits {
  if (names.length === 0) return STANDARD;
  return Object.assign({}, STANDARD, ...QUIRKS.filter(({ name }) => names.includes(name)).map(({ habits }) => habits));
}
