/**
 * What a terminal reports by itself (报警), as one set of 32 bits that every protocol maps its own words to.
 *
 * Bit numbers and order are those of the alarm word of JT/T 808-2019 §8.21 table 25 (2013 table 24, 2011 table 17), so
 * the commonest protocol needs a mask and no table; bit 31 is from the 2013 edition, which 2019 leaves reserved.
 */
export const ALARM_NAMES = [
  'emergency',
  'overspeed',
  'fatigue',
  'dangerous-driving',
  'gnss-fault',
  'gnss-antenna-cut',
  'gnss-antenna-short',
  'power-low',
  'power-lost',
  'display-fault',
  'tts-fault',
  'camera-fault',
  'ic-card-fault',
  'overspeed-warning',
  'fatigue-warning',
  'forbidden-period',
  'tyre-pressure-warning',
  'right-blind-spot',
  'day-driving-exceeded',
  'parking-timeout',
  'area-in-out',
  'route-in-out',
  'section-time',
  'route-deviation',
  'vss-fault',
  'fuel-abnormal',
  'vehicle-stolen',
  'illegal-ignition',
  'illegal-displacement',
  'collision',
  'rollover-warning',
  'illegal-door-opening',
] as const;

export type AlarmName = (typeof ALARM_NAMES)[number];

/** Bit numbers of the alarms that other code names one by one. */
export const ALARM_EMERGENCY = 0;

/** The names of the bits that are set, lowest first. */
export function alarmNames(alarms: number): AlarmName[] {
  const names: AlarmName[] = [];
  for (let bit = 0; bit < 32; bit++) if ((alarms >>> bit) & 1) names.push(ALARM_NAMES[bit]);
  return names;
}
