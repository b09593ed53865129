import type { Catalog } from '../../model/catalog.js';
import type { DriverState } from '../../model/driver.js';
import type { Position } from '../../model/position.js';
import { msToRfc3339 } from '../../model/units.js';
import type { Vehicle } from '../../model/vehicle.js';
import { type FixFacts, factsOf, positionOf } from '../fix-facts.js';
import type { AlertBook } from '../life/alert-book.js';
import type { NewestPlaces } from '../memory/newest-places.js';
import type { VehicleMemories } from '../memory/vehicle-memory.js';
import type { Ground, Rule, RuleInput, Say } from '../rule.js';
import type { RuleBook } from '../rule-book/rule-book.js';
import type { TimedMemory } from '../rule-book/timed-rule.js';

type Input = { -readonly [K in keyof RuleInput]: RuleInput[K] };

/** What rules are asked with, and what of. */
export interface AskingParts {
  catalog: Catalog;
  ruleBook: RuleBook;
  memories: VehicleMemories;
  alerts: AlertBook;
  ground: Ground;
  places: NewestPlaces;
  /** Told of a rule that throws: it keeps the memory it had. */
  failed: (rule: string, error: unknown) => void;
}

/** Asks rules, one fix after the other. One input and one list serve every fix: rules keep neither. */
export class Asking {
  readonly input: Input;
  /** Hears what rules say. */
  say!: Say;
  /** The rule in hand. */
  asked!: Rule;
  /** Whose fix is in hand. */
  owner!: Vehicle;
  /** Time of the fix or tick in hand, epoch ms. */
  now = 0;
  readonly #due: Rule[] = [];
  readonly #parts: AskingParts;

  constructor(parts: AskingParts) {
    this.#parts = parts;
    const { catalog, memories, places, ground } = parts;
    const cardsOf = (no: number) => {
      const card = catalog.drivers.get(no);
      return memories.get(no)?.cards ?? (card ? [card] : NO_CARDS);
    };
    const owner = () => this.owner.no;
    this.input = {
      ground,
      get cards() {
        return cardsOf(owner());
      },
      inForce: () => this.asked.inForceAt(this.input.facts.time),
      near: (lon, lat, metres) => places.near(lon, lat, metres, this.owner.no),
      seek: (lon, lat, metres, since, isEnough) =>
        places.seek(lon, lat, metres, since, (no) => no !== this.owner.no && isEnough(no)),
      other: (no) => {
        const vehicle = catalog.vehicles.get(no);
        const memory = memories.get(no);
        if (!vehicle || !memory?.last) return null;
        const { own, raised = false } = (memory.rules?.get(this.asked.id) as TimedMemory | undefined) ?? {};
        const card = catalog.drivers.get(no) ?? null;
        const cards = cardsOf(no);
        return { vehicle, last: memory.last, card, cards, own, meant: this.asked.appliesTo(vehicle), raised };
      },
      shared: {
        get: (key: string) => memories.shared.get(`${this.asked.id} ${key}`),
        set: (key: string, value: unknown) => memories.shared.set(`${this.asked.id} ${key}`, value),
      },
    } as Partial<Input> as Input;
  }

  /** The fix is the one in hand. */
  take(p: Position, vehicle: Vehicle, previous: FixFacts | null): void {
    const { input } = this;
    this.owner = vehicle;
    input.vehicle = vehicle;
    this.#takeDriver(vehicle.no);
    input.fix = p;
    input.facts = factsOf(p);
    input.previous = previous;
    this.now = input.facts.time;
  }

  /** What comes next is said of `fix` at `time`, epoch ms; `shownAt`: when that was received. */
  takeAgain(fix: FixFacts, time: number, shownAt: number): void {
    this.input.fix = positionOf(fix, this.owner.no, shownAt);
    this.now = time;
  }

  /** The rules to ask about the fix; until the next call. `remembering`: rules with a memory of the vehicle. */
  collect(p: Position, vehicle: Vehicle, remembering: Map<string, unknown> | null): readonly Rule[] {
    const { ruleBook, alerts } = this.#parts;
    const into = this.#due;
    into.length = 0;
    for (const id of remembering?.keys() ?? []) {
      const rule = ruleBook.get(id);
      if (rule?.appliesTo(vehicle)) into.push(rule);
      else {
        // The vehicle is of another kind now, or the fence is for other kinds.
        remembering?.delete(id);
        alerts.clear(p.vehicleNo, id, msToRfc3339(p.fixTime) ?? '', 'rule-removed');
      }
    }
    const add = (rule: Rule) => {
      if (!remembering?.has(rule.id) && rule.appliesTo(vehicle)) into.push(rule);
    };
    for (const no of p.fenceNos) {
      for (const rule of ruleBook.ofFence(no)) add(rule);
      for (const rule of ruleBook.defined.ofFence(no)) add(rule);
    }
    const limit = ruleBook.ofCategory(vehicle.category);
    if (limit) add(limit);
    for (const rule of ruleBook.defined.ofVehicle(vehicle)) if (!remembering?.has(rule.id)) into.push(rule);
    return into;
  }

  /** Asks the rule about the fix in hand. `keep`: takes what it remembers from now on. */
  ask(rule: Rule, known: unknown, keep: (after: unknown) => void): void {
    try {
      this.place(rule);
      keep(rule.judge(this.input, known, this.say));
    } catch (error) {
      this.#parts.failed(rule.type, error);
    }
  }

  /** Makes the input that of the rule. */
  place(rule: Rule): void {
    const { fence } = rule;
    this.asked = rule;
    this.input.inside = fence === null || this.input.fix.fenceNos.includes(fence.no);
  }

  #takeDriver(no: number): void {
    const { input } = this;
    input.card = this.#parts.catalog.drivers.get(no) ?? null;
    const certificate = input.card?.driver?.certificate;
    input.driver = certificate ? `driver:${certificate}` : null;
  }
}

const NO_CARDS: readonly DriverState[] = [];
