import type { AlarmName } from '../../model/alarm.js';
import type { Severity } from '../../model/alert.js';

/** Where a fence or a rule does not say otherwise. */
export const RULE_SEVERITY = {
  'fence-enter': 'warning',
  'fence-exit': 'warning',
  overspeed: 'warning',
} as const satisfies Record<string, Severity>;

/** How grave it is that a terminal reports this: danger to people, a breach of rules or theft, a fault of equipment. */
export const ALARM_SEVERITY: Record<AlarmName, Severity> = {
  emergency: 'critical',
  collision: 'critical',
  'rollover-warning': 'critical',
  'vehicle-stolen': 'critical',
  overspeed: 'warning',
  fatigue: 'warning',
  'dangerous-driving': 'warning',
  'forbidden-period': 'warning',
  'tyre-pressure-warning': 'warning',
  'day-driving-exceeded': 'warning',
  'parking-timeout': 'warning',
  'area-in-out': 'warning',
  'route-in-out': 'warning',
  'section-time': 'warning',
  'route-deviation': 'warning',
  'fuel-abnormal': 'warning',
  'illegal-ignition': 'warning',
  'illegal-displacement': 'warning',
  'illegal-door-opening': 'warning',
  'power-lost': 'warning',
  'gnss-antenna-cut': 'warning',
  'gnss-antenna-short': 'warning',
  'gnss-fault': 'info',
  'power-low': 'info',
  'display-fault': 'info',
  'tts-fault': 'info',
  'camera-fault': 'info',
  'ic-card-fault': 'info',
  'vss-fault': 'info',
  'overspeed-warning': 'info',
  'fatigue-warning': 'info',
  'right-blind-spot': 'info',
};
