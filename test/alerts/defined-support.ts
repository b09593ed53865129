import { ruleKindOf } from '../../alerts/rules/rule-kinds.js';
import type { DriverReport } from '../../model/driver.js';
import type { RuleDefinition } from '../../model/rule.js';
import type { Upload } from '../../model/upload.js';
import { type Story, TEN } from './support.js';

/** A rule of this kind as somebody would define it; what is not said is as it is by default. */
export function ruleOf(story: Story, type: string, params: object = {}, others: Partial<RuleDefinition> = {}): void {
  const rule: RuleDefinition = {
    id: type,
    name: type,
    type,
    params: ruleKindOf(type)?.params.parse(params) as Record<string, unknown>,
    scope: {},
    schedule: {},
    timing: {},
    severity: 'warning',
    clause: null,
    effectiveFrom: null,
    effectiveTo: null,
    enabled: true,
    revision: story.log.revision + 1,
    createdAt: TEN,
    updatedAt: TEN,
    ...others,
  };
  story.change({ type: 'rule-put', rule });
}

/** Time as the main thread tells it: `at` seconds after ten o'clock. */
export function tick(story: Story, at: number): Story {
  return story.change({ type: 'tick', time: TEN + at * 1000 }, TEN + at * 1000);
}

/** A card is put in, `at` seconds after ten o'clock, or taken out: null. */
export function cardOf(story: Story, vehicleNo: number, at: number, card: Partial<DriverReport> | null): Story {
  const nobody = { reading: null, name: null, certificate: null, idCard: null, agency: null, validUntil: null };
  const content = { ...nobody, event: card ? 'in' : 'out', ...card };
  const upload = { id: `card-${vehicleNo}-${at}`, kind: 'driver', vehicleNo, vehicleId: `v${vehicleNo}`, content };
  const times = { time: TEN + at * 1000, receivedTime: TEN + at * 1000 };
  return story.change({ type: 'upload', upload: { ...upload, ...times, source: 'jt808' } as Upload });
}
