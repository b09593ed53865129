import { z } from 'zod';
import type { DriverState } from '../../model/driver.js';
import { msToBeijing } from '../../model/units.js';
import type { Vehicle } from '../../model/vehicle.js';
import { atLeast, equal, over } from '../checks.js';
import {
  DRIVES_MS,
  type Drive,
  type DrivenSpan,
  drivesWith,
  fixIn,
  recentDrives,
  spansWith,
} from '../driving/card-drives.js';
import { drives as isDriven } from '../driving/drives.js';
import { type FixFacts, isLate } from '../fix-facts.js';
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
  /** The newest fix of driving with the fault, epoch ms; null while there is none. */
  drivenAt: number | null;
  /** Lately, in the order of their times; absent in checkpoints of before they were kept. */
  drives?: readonly Drive[];
}

/** When a card was last driven with, epoch ms, by vehicle number: the newest few. */
type Seen = [no: number, time: number][];

/** A card is in two vehicles, seldom in more. */
const MAX_SEEN = 4;
/** Between two fixes nobody knows when a card was seen first. */
const SLACK_MS = 60_000;

/**
 * Who drives is not who may: no card while driving, a card of somebody whom the registry does not name for this vehicle and day, a
 * certificate that has expired, or one card driving in two vehicles at once (0x0702 驾驶员身份信息采集上报). Each is an alert of its own.
 *
 * A vehicle for which the registry names nobody may be driven by anybody. Of two vehicles with one card each gets an alert that
 * names the other: which of them it is, the card does not say.
 *
 * A report of a card may come late, and so may fixes: what was driven lately is kept, and told again by what the cards were at the time.
 */
export const driverCard = ruleKind<Params, Memory>({
  type: 'driver-card',
  describe:
    'a vehicle is driven without a card, by somebody not permitted, with an expired certificate, or with a card that is in use elsewhere',
  timing: { minDuration: 60, maxGap: 300 },
  judgesLate: false,
  retells: true,
  hearsCards: true,
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
    const fault = part as Fault;
    const standMs = params.standSeconds * 1000;
    return {
      judge(input, before) {
        const { facts, fix, vehicle } = input;
        const driving = isDriven(fix, facts, params.minSpeed) === true;
        const known = before?.drives ?? [];
        const drives = recentDrives(driving ? drivesWith(known, facts) : known, facts.time);
        if (isLate(fix)) {
          const past = drives === known ? [] : [vehicle.no, ...sharing(fault, input)];
          const memory = drives.length === 0 ? before : { drivenAt: before?.drivenAt ?? null, drives };
          return { memory, holds: null, past, explain: () => ({ checks: [] }) };
        }
        const { check, more } = compare(fault, input, driving, params);
        const faulty = check.result;
        const drivenAt = !faulty ? null : driving ? facts.time : (before?.drivenAt ?? null);
        const ended = drivenAt === null || facts.time > drivenAt + standMs;
        return {
          memory: ended && drives.length === 0 ? undefined : { drivenAt: ended ? null : drivenAt, drives },
          holds: driving ? faulty : ended ? false : null,
          explain: () => ({
            checks: [atLeast('speed', facts.speed, params.minSpeed, 'km/h'), check],
            fault,
            ...more,
          }),
        };
      },
      due: ({ drivenAt }) => (drivenAt === null ? Infinity : drivenAt + standMs + 1),
      tick: (_, __, { drives }) => ({
        memory: { drivenAt: null, drives },
        holds: false,
        explain: () => ({ checks: [], fault }),
      }),
      // Until its time nothing has been judged by another card.
      changedByCard: (input, { drives = [] }, at) =>
        at < (drives.at(-1)?.last.time ?? -Infinity) ? [input.vehicle.no, ...sharing(fault, input)] : [],
      past(input, { drives = [] }, until) {
        const spans =
          fault === 'two-vehicles' ? sharedSpans(input, drives, params) : faultySpans(fault, input, drives, standMs);
        const newest = spans.at(-1);
        const lasts = newest !== undefined && newest.endsAt > until;
        const memory = { drivenAt: lasts ? newest.to : null, drives };
        const moments = spans.flatMap(({ from, to, endsAt, first, last }) => {
          const [begin, end] = [fixIn(first, from), fixIn(last, to)];
          const says = (fix: FixFacts, time: number, holds: boolean) => {
            const checks = [atLeast('speed', fix.speed, params.minSpeed, 'km/h')];
            return { fix, time, verdict: { memory, holds, explain: () => ({ checks, fault }) } };
          };
          return [says(begin, from, true), says(end, to, true), ...(endsAt <= until ? [says(end, endsAt, false)] : [])];
        });
        return { floor: until - DRIVES_MS, memory, moments, slackMs: SLACK_MS };
      },
    };
  },
});

/** Numbers of other vehicles that were driven with a card of this one. */
function sharing(fault: Fault, { cards, shared: { get }, vehicle }: RuleInput): number[] {
  if (fault !== 'two-vehicles') return [];
  const certificates = cards.flatMap(({ driver }) => driver?.certificate ?? []);
  const seen = certificates.flatMap((certificate) => (get(certificate) as Seen | undefined) ?? []);
  return [...new Set(seen.map(([no]) => no))].filter((no) => no !== vehicle.no);
}

/** When the vehicle was driven with the fault, by what its cards are known to have said at the time. */
function faultySpans(
  fault: Exclude<Fault, 'two-vehicles'>,
  { cards, vehicle }: RuleInput,
  drives: readonly Drive[],
  standMs: number,
): DrivenSpan[] {
  return spansWith(drives, cards, standMs, (card, time) => ofCard(fault, card, vehicle, time).result);
}

/** When it was driven with a card that another vehicle was driven with at the same time, or not `freshSeconds` before. */
function sharedSpans(input: RuleInput, drives: readonly Drive[], { freshSeconds, standSeconds }: Params): DrivenSpan[] {
  const certificates = new Set(input.cards.flatMap(({ driver }) => driver?.certificate ?? []));
  const withCard = (of: readonly Drive[], cards: RuleInput['cards'], certificate: string) =>
    spansWith(of, cards, standSeconds * 1000, (card) => card?.driver?.certificate === certificate);
  const spans = [...certificates].flatMap((certificate) => {
    const own = withCard(drives, input.cards, certificate);
    return ((input.shared.get(certificate) as Seen | undefined) ?? []).flatMap(([no]) => {
      const other = no === input.vehicle.no ? null : input.other(no);
      const theirs = withCard((other?.own as Memory | undefined)?.drives ?? [], other?.cards ?? [], certificate);
      return theirs.flatMap((their) => {
        const until = their.to + freshSeconds * 1000;
        return own
          .filter(({ from, to }) => from <= until && to >= their.from)
          .map((span) => {
            const isShorter = until < span.to;
            const end = isShorter ? { to: until, endsAt: until + 1 } : {};
            return { ...span, from: Math.max(their.from, span.from), ...end };
          });
      });
    });
  });
  return spans.sort((a, b) => a.from - b.from);
}

/**
 * What tells whether there is the fault; where the card, or the registry, says nothing of it, that this is missing. Numbers of cards stay
 * out of the evidence: they name people.
 */
function compare(fault: Fault, input: RuleInput, driving: boolean, params: Params): { check: Check; more?: object } {
  const { card, vehicle, facts } = input;
  if (fault !== 'two-vehicles') return { check: ofCard(fault, card, vehicle, facts.time) };
  const certificate = card?.driver?.certificate;
  return certificate ? elsewhere(certificate, input, driving, params) : { check: NO_CARD };
}

/** `time`: epoch ms. */
function ofCard(
  fault: Exclude<Fault, 'two-vehicles'>,
  card: DriverState | null,
  vehicle: Vehicle,
  time: number,
): Check {
  if (fault === 'no-card') return equal('a card is in', card?.driver != null, false);
  const driver = card?.driver;
  if (!driver?.certificate) return NO_CARD;
  const { certificate, validUntil } = driver;
  const today = (msToBeijing(time) ?? '').slice(0, 10);
  if (fault === 'not-permitted') {
    return vehicle.drivers
      ? equal('the registry permits the driver', permits(vehicle, certificate, today), false)
      : equal('the registry names who may drive', false, true);
  }
  return validUntil === null
    ? equal('the card says until when it is valid', false, true)
    : { what: 'valid until', value: validUntil, is: '<', threshold: today, result: validUntil < today };
}

const NO_CARD = equal('a card that was read is in', false, true);

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
  const theirs = seen.filter(([no]) => no !== vehicle.no);
  const fresh = theirs.filter(([, time]) => Math.abs(facts.time - time) <= freshSeconds * 1000);
  if (driving) shared.set(certificate, [[vehicle.no, facts.time], ...theirs].slice(0, MAX_SEEN));
  const others = fresh.flatMap(([no]) => {
    const other = input.other(no);
    // A card that was taken out there is not there any more.
    return other?.card?.driver?.certificate === certificate ? [other.vehicle.id] : [];
  });
  return { check: over('other vehicles driven with the card', others.length, 0, ''), more: { others } };
}
