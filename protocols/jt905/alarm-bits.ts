/**
 * Alarm word of JT/T 905: our names for its bits, and the bit of model/alarm.ts that says the same; null where the system
 * has none, and only the source's own word tells.
 */
const BITS: readonly (readonly [name: string, systemBit: number | null])[] = [
  ['emergency', 0],
  ['danger-warning', 3],
  ['gnss-fault', 4],
  ['gnss-antenna-cut', 5],
  ['gnss-antenna-short', 6],
  ['power-low', 7],
  ['power-lost', 8],
  ['isu-display-fault', 9],
  ['tts-fault', 10],
  ['camera-fault', 11],
  ['taximeter-fault', null],
  ['rating-unit-fault', null],
  ['advert-screen-fault', null],
  ['display-fault', 9],
  ['security-module-fault', null],
  ['top-light-fault', null],
  ['overspeed', 1],
  ['fatigue', 2],
  ['day-driving-exceeded', 18],
  ['parking-timeout', 19],
  ['area-in-out', 20],
  ['section-time', 22],
  ['forbidden-road', null],
  ['vss-fault', 24],
  ['illegal-ignition', 27],
  ['illegal-displacement', 28],
  ['isu-storage-fault', null],
  ['recorder-fault', null],
  ['meter-clock-off', null],
];

/** The word in the bits of model/alarm.ts. */
export function systemAlarms(word: number): number {
  if (word === 0) return 0;
  let alarms = 0;
  for (let i = 0; i < BITS.length; i++) {
    const bit = BITS[i][1];
    if (bit !== null && (word >>> i) & 1) alarms |= 1 << bit;
  }
  return alarms >>> 0;
}

/** The names of the bits that are set, lowest first; reserved ones go without. */
export function alarmWordNames(word: number): string[] {
  return BITS.filter((_, i) => (word >>> i) & 1).map(([name]) => name);
}
