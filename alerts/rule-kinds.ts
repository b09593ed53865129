import type { RuleKind } from './rule-kind.js';
import { crossing } from './rules/crossing.js';
import { driverCard } from './rules/driver-card.js';
import { dwellTooLong } from './rules/dwell-too-long.js';
import { dwellTooShort } from './rules/dwell-too-short.js';
import { entering } from './rules/entering.js';
import { fabricated } from './rules/fabricated.js';
import { fatigue } from './rules/fatigue.js';
import { forbiddenInside } from './rules/forbidden-inside.js';
import { frozenClock } from './rules/frozen-clock.js';
import { gathering } from './rules/gathering.js';
import { goodsBan } from './rules/goods-ban.js';
import { leaving } from './rules/leaving.js';
import { nightBan } from './rules/night-ban.js';
import { noFixDriving } from './rules/no-fix-driving.js';
import { offline } from './rules/offline.js';
import { offlineDisplacement } from './rules/offline-displacement.js';
import { plateWatch } from './rules/plate-watch.js';
import { requiredInside } from './rules/required-inside.js';
import { roadSpeed } from './rules/road-speed.js';
import { routeDeviation } from './rules/route-deviation.js';
import { sos } from './rules/sos.js';
import { speedLimit } from './rules/speed-limit.js';
import { stayStill } from './rules/stay-still.js';
import { terminalFault } from './rules/terminal-fault.js';

/** Every kind of rule that can be defined: a new one is a file and a line. */
export const RULE_KINDS: readonly RuleKind[] = [
  crossing,
  dwellTooLong,
  driverCard,
  dwellTooShort,
  entering,
  fabricated,
  fatigue,
  forbiddenInside,
  frozenClock,
  gathering,
  goodsBan,
  leaving,
  nightBan,
  noFixDriving,
  offline,
  offlineDisplacement,
  plateWatch,
  requiredInside,
  roadSpeed,
  routeDeviation,
  sos,
  speedLimit,
  stayStill,
  terminalFault,
];

export function ruleKindOf(type: string): RuleKind | undefined {
  return RULE_KINDS.find((kind) => kind.type === type);
}
