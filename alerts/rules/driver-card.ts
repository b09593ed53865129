import { z } from 'zod';
import { msToBeijing } from '../../model/units.js';
import type { Vehicle } from '../../model/vehicle.js';
import { atLeast, equal, over } from '../checks.js';
import { drives } from '../drives.js';
import type { Check, RuleInput } from '../rule.js';
import { ruleKind } from '../rule-kind.js';

const FAULTS = ['no-card', 'not-permitted', 'expired', 'two-vehicles'] as const;
type Fault = (typeof FAULTS)[number];

interface Params {
  faults: Fault[];
  minSpeed: number;
  standSeconds: number;
  freshSeconds: number;
}

interface Memory {
  /** The newest fix of driving with the fault, epoch ms. */
  drivenAt: number;
}

/** When a card was last driven with, epoch ms, by vehicle number: the newest few. */
type Seen = [no: number, time: number][];

/** A card is in two vehicles, seldom in more. */
const MAX_SEEN = 4;

/**
 * Who drives is not who may: no card while driving, a card of somebody whom the registry does not name for this vehicle and day, a
 * certificate that has expired, or one card driving in two vehicles at once (0x0702 驾驶员身份信息采集上报). Each is an alert of its own.
 *
 * A vehicle for which the registry names nobody may be driven by anybody. Of two vehicles with one card each gets an alert that
 * names the other: which of them it is, the card does not say.
 */
export const driverCard = ruleKind<Params, Memory>({
  type: 'driver-card',
  describe:
    'a vehicle is driven without a card, by somebody not permitted, with an expired certificate, or with a card that is in use elsewhere',
  timing: { minDuration: 60, maxGap: 300 },
  judgesLate: false,
  parts: ({ faults }) => faults,
  params: z.strictObject({
    faults: z
      .array(z.enum(FAULTS))
      .min(1)
      .default([...FAULTS])
      .describe('each is a rule and an alert of its own'),
    minSpeed: z.number().min(0).max(50).default(5).describe('km/h from which a vehicle is driven'),
    standSeconds: z
      .number()
      .min(30)
      .max(3600)
      .default(300)
      .describe('who stands for longer has ended the drive; for less, may be waiting at a light'),
    freshSeconds: z
      .number()
      .min(10)
      .max(3600)
      .default(120)
      .describe('another vehicle that was driven with the card longer ago is not driven with it at once'),
  }),
  build(params, _, part) {
    const endOf = ({ drivenAt }: Memory) => drivenAt + params.standSeconds * 1000 + 1;
    return {
      judge(input, before) {
        const { fix, facts } = input;
        const driving = drives(fix, facts, params.minSpeed) === true;
        const { check, more } = compare(part as Fault, input, driving, params);
        const faulty = check.result;
        const memory = !faulty ? undefined : driving ? { drivenAt: facts.time } : before;
        const ended = memory === undefined || facts.time >= endOf(memory);
        return {
          memory: ended ? undefined : memory,
          holds: driving ? faulty : ended ? false : null,
          explain: () => ({
            checks: [atLeast('speed', facts.speed, params.minSpeed, 'km/h'), check],
            fault: part,
            ...more,
          }),
        };
      },
      due: endOf,
      tick: () => ({ memory: undefined, holds: false, explain: () => ({ checks: [], fault: part }) }),
    };
  },
});

/**
 * What tells whether there is the fault; where the card, or the registry, says nothing of it, that this is missing. Numbers of cards stay
 * out of the evidence: they name people.
 */
function compare(fault: Fault, input: RuleInput, driving: boolean, params: Params): { check: Check; more?: object } {
  const { card, vehicle, facts } = input;
  if (fault === 'no-card') return { check: equal('a card is in', card?.driver != null, false) };
  const driver = card?.driver;
  if (!driver?.certificate) return { check: equal('a card that was read is in', false, true) };
  const { certificate, validUntil } = driver;
  const today = (msToBeijing(facts.time) ?? '').slice(0, 10);
  switch (fault) {
    case 'not-permitted':
      return vehicle.drivers
        ? { check: equal('the registry permits the driver', permits(vehicle, certificate, today), false) }
        : { check: equal('the registry names who may drive', false, true) };
    case 'expired':
      return validUntil === null
        ? { check: equal('the card says until when it is valid', false, true) }
        : { check: { what: 'valid until', value: validUntil, is: '<', threshold: today, result: validUntil < today } };
    case 'two-vehicles':
      return elsewhere(certificate, input, driving, params);
  }
}

function permits({ drivers = [] }: Vehicle, certificate: string, today: string): boolean {
  return drivers.some(
    (permitted) =>
      permitted.certificate === certificate &&
      (permitted.from === null || permitted.from <= today) &&
      (permitted.to === null || permitted.to >= today),
  );
}

function elsewhere(
  certificate: string,
  input: RuleInput,
  driving: boolean,
  { freshSeconds }: Params,
): { check: Check; more: object } {
  const { shared, vehicle, facts } = input;
  const seen = (shared.get(certificate) as Seen | undefined) ?? [];
  const fresh = seen.filter(([no, time]) => no !== vehicle.no && Math.abs(facts.time - time) <= freshSeconds * 1000);
  if (driving) shared.set(certificate, [[vehicle.no, facts.time], ...fresh].slice(0, MAX_SEEN));
  const others = fresh.flatMap(([no]) => {
    const other = input.other(no);
    // A card that was taken out there is not there any more.
    return other?.card?.driver?.certificate === certificate ? [other.vehicle.id] : [];
  });
  return { check: over('other vehicles driven with the card', others.length, 0, ''), more: { others } };
}
