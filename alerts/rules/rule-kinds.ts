import type { RuleKind } from '../rule-kind.js';
import { crossing } from './crossing.js';
import { driverCard } from './driver-card.js';
import { dwellTooLong } from './dwell-too-long.js';
import { dwellTooShort } from './dwell-too-short.js';
import { entering } from './entering.js';
import { fabricated } from './fabricated.js';
import { fatigue } from './fatigue.js';
import { forbiddenInside } from './forbidden-inside.js';
import { frozenClock } from './frozen-clock.js';
import { gathering } from './gathering.js';
import { goodsBan } from './goods-ban.js';
import { leaving } from './leaving.js';
import { nightBan } from './night-ban.js';
import { noFixDriving } from './no-fix-driving.js';
import { offline } from './offline.js';
import { offlineDisplacement } from './offline-displacement.js';
import { plateWatch } from './plate-watch.js';
import { requiredInside } from './required-inside.js';
import { roadSpeed } from './road-speed.js';
import { routeDeviation } from './route-deviation.js';
import { sos } from './sos.js';
import { speedLimit } from './speed-limit.js';
import { stayStill } from './stay-still.js';
import { terminalFault } from './terminal-fault.js';

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
