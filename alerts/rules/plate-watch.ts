import { z } from 'zod';
import type { Vehicle } from '../../model/vehicle.js';
import { ruleKind } from '../rule-kind.js';

/** Letters that cameras and people take for each other; plates have no I and no O, so both are always mistakes. */
const LOOK_ALIKE: Record<string, string> = { O: '0', D: '0', Q: '0', I: '1', Z: '2', S: '5', B: '8', G: '6' };

/**
 * A vehicle's plate is on the watch-list. `?` in an entry stands for any one character, `*` for any number. With `lookAlike`,
 * characters that are taken for each other count as equal.
 */
export const plateWatch = ruleKind<{ plates: string[]; lookAlike: boolean }, undefined>({
  type: 'plate-watch',
  describe: 'a vehicle whose plate is on the list `plates` (`?` any character, `*` any number of them)',
  severity: 'critical',
  params: z.strictObject({
    plates: z
      .array(z.string().trim().min(2).max(16))
      .min(1)
      .max(10_000)
      .describe('`?` stands for any character, `*` for any number of them'),
    lookAlike: z
      .boolean()
      .default(false)
      .describe('characters that are taken for each other, such as 0 and O, count as equal'),
  }),
  build({ plates, lookAlike }) {
    const form = (text: string) => {
      // Registers of GBK times write letters and digits at full width.
      const upper = text
        .normalize('NFKC')
        .toUpperCase()
        .replace(/[\s·-]/g, '');
      return lookAlike ? upper.replace(/[A-Z]/g, (letter) => LOOK_ALIKE[letter] ?? letter) : upper;
    };
    const forms = plates.map((entry) => ({ entry, mask: form(entry) }));
    const exact = new Map(forms.filter(({ mask }) => !/[?*]/.test(mask)).map(({ entry, mask }) => [mask, entry]));
    const masks = forms.filter(({ mask }) => /[?*]/.test(mask));
    /** A list may have ten thousand masks, and a vehicle many fixes: its plate changes when it is another object. */
    const known = new WeakMap<Vehicle, string | null>();
    const entryOf = ({ plate: text }: Vehicle): string | null => {
      if (text === null) return null;
      const plate = form(text);
      return exact.get(plate) ?? masks.find(({ mask }) => fits(mask, plate))?.entry ?? null;
    };
    return {
      judge({ vehicle }) {
        let entry = known.get(vehicle);
        if (entry === undefined) known.set(vehicle, (entry = entryOf(vehicle)));
        return {
          memory: undefined,
          holds: entry !== null,
          explain: () => ({
            checks: [{ what: 'plate', value: vehicle.plate, is: '=', threshold: entry, result: entry !== null }],
          }),
        };
      },
    };
  },
});

/** Whether the plate fits the mask; no pattern is compiled, so none can be made to run for ever. */
function fits(mask: string, plate: string): boolean {
  let m = 0;
  let star = -1;
  let resume = 0;
  for (let p = 0; p < plate.length; ) {
    if (mask[m] === '?' || mask[m] === plate[p]) {
      m++;
      p++;
    } else if (mask[m] === '*') {
      star = m++;
      resume = p;
    } else if (star >= 0) {
      m = star + 1;
      p = ++resume;
    } else return false;
  }
  while (mask[m] === '*') m++;
  return m === mask.length;
}
