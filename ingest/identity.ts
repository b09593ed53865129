import { createHmac, timingSafeEqual } from 'node:crypto';
import type { TerminalFacts } from '../model/change.js';
import { quirksInForce } from '../model/quirks.js';
import { terminalKey, type Vehicle } from '../model/vehicle.js';
import type { Protocol, Registration, RegistrationAnswer } from '../protocols/protocol.js';
import type { Registry } from '../store/registry.js';
import { MAX_VEHICLES } from './limits.js';

/** `required`: the code that registration gave; `any`: any code; `off`: data without authentication too. */
export type TerminalAuth = 'required' | 'any' | 'off';

export type AuthResult = 'ok' | 'wrong-code' | 'held' | 'unknown-terminal';

export interface IdentityOptions {
  registry: Registry;
  /** Secret of this installation: whoever moves it takes this along, or every terminal must register again. */
  key: string;
  auth: TerminalAuth;
  /** Only terminals that the registry has put into a vehicle are served. */
  registrationRequired: boolean;
  /** Vehicles after which no terminal makes another by itself; those that people put into the registry count, and go on. */
  maxVehicles?: number;
}

/** Wrong codes until a terminal is held back, and for how long (security sheet SEC-040). */
const MAX_FAILURES = 5;
const HOLD_MS = 10 * 60_000;
/** Terminals whose failures are remembered: the oldest go first. */
const MAX_REMEMBERED = 10_000;
/** 96 bits in hexadecimal: terminals of every edition store that much. */
const CODE_LENGTH = 24;

/**
 * Who a terminal is: its vehicle, its authentication code, and whether it is welcome.
 *
 * A code is derived from the terminal's name with a key of this installation, so it needs no table and survives the loss
 * of every database; terminals that registered once keep getting in.
 */
export class Identity {
  readonly auth: TerminalAuth;
  readonly #registry: Registry;
  readonly #key: string;
  readonly #registrationRequired: boolean;
  readonly #maxVehicles: number;
  readonly #failures = new Map<string, { count: number; since: number; heldUntil: number }>();

  constructor({ registry, key, auth, registrationRequired, maxVehicles = MAX_VEHICLES }: IdentityOptions) {
    this.auth = auth;
    this.#registry = registry;
    this.#key = key;
    this.#registrationRequired = registrationRequired;
    this.#maxVehicles = maxVehicles;
  }

  /** Grows with every change of the catalog: while it stands still, a vehicle number once found stays right. */
  get revision(): number {
    return this.#registry.catalog.revision;
  }

  /** `number` without leading zeros. */
  authCode(protocol: string, number: string): string {
    return createHmac('sha256', this.#key).update(terminalKey(protocol, number)).digest('hex').slice(0, CODE_LENGTH);
  }

  /** JT/T 808-2019 §8.6: what 0x8100 answers. Registering again is legal and gives the same code. */
  register({ terminal, plate, plateColor }: Registration): RegistrationAnswer {
    const known = this.#registry.catalog.vehicleByTerminal(terminal.protocol, terminal.number);
    if (!known && !this.#takesNew) return { result: 4 };
    if (this.#registrationRequired) {
      if (known && plate !== null && known.plate !== null && plate !== known.plate) return { result: 2 };
    } else {
      // A vehicle that was heard before it said its plate is given it now.
      this.#registry.ensureVehicleForTerminal(terminal.protocol, terminal.number, { plate, plateColor });
    }
    this.#learn({ ...terminal, registered: true });
    return { result: 0, authCode: this.authCode(terminal.protocol, terminal.number) };
  }

  /** `now`: epoch ms. */
  authenticate(terminal: TerminalFacts, code: string, now: number): AuthResult {
    const { protocol, number } = terminal;
    if (this.isHeld(protocol, number, now)) return 'held';
    const catalog = this.#registry.catalog;
    if (!this.#takesNew && !catalog.vehicleByTerminal(protocol, number)) return 'unknown-terminal';
    const before = catalog.terminals.get(terminalKey(protocol, number));
    if (this.auth === 'required' && (before?.registered === false || !this.#isCode(protocol, number, code))) {
      this.#fail(protocol, number, now);
      return 'wrong-code';
    }
    this.#failures.delete(terminalKey(protocol, number));
    this.#learn({ ...before, ...terminal, registered: true });
    return 'ok';
  }

  /** The number of the terminal's vehicle, made on first contact; 0 where there is none and none is made. */
  vehicleNo(protocol: string, number: string): number {
    const known = this.#registry.catalog.vehicleByTerminal(protocol, number);
    if (known) return known.no;
    return this.#takesNew ? this.#registry.ensureVehicleForTerminal(protocol, number).no : 0;
  }

  vehicle(no: number): Vehicle | undefined {
    return this.#registry.catalog.vehicles.get(no);
  }

  quirksOf({ name, quirks }: Pick<Protocol, 'name' | 'quirks'>, number: string): readonly string[] {
    return quirksInForce(this.#registry.catalog, quirks, { protocol: name, number }).names;
  }

  deregister(protocol: string, number: string): void {
    const before = this.#registry.catalog.terminals.get(terminalKey(protocol, number));
    this.#learn({ ...before, protocol, number, registered: false });
  }

  /** Keeps a terminal out until `until`, epoch ms. */
  hold(protocol: string, number: string, until: number): void {
    this.#remember(terminalKey(protocol, number), { count: 0, since: until, heldUntil: until });
  }

  isHeld(protocol: string, number: string, now: number): boolean {
    const failure = this.#failures.get(terminalKey(protocol, number));
    return failure !== undefined && now < failure.heldUntil;
  }

  /** A terminal that nobody has put into the registry may make a vehicle. */
  get #takesNew(): boolean {
    return !this.#registrationRequired && this.#registry.catalog.vehicles.size < this.#maxVehicles;
  }

  #isCode(protocol: string, number: string, code: string): boolean {
    const given = Buffer.from(code);
    const right = Buffer.from(this.authCode(protocol, number));
    // Lengths are no secret; the comparison of equal lengths takes the same time whatever the bytes are.
    return given.length === right.length && timingSafeEqual(given, right);
  }

  #fail(protocol: string, number: string, now: number): void {
    const key = terminalKey(protocol, number);
    const before = this.#failures.get(key);
    const failure = before && now - before.since < HOLD_MS ? before : { count: 0, since: now, heldUntil: 0 };
    failure.count++;
    if (failure.count >= MAX_FAILURES) {
      failure.count = 0;
      failure.heldUntil = now + HOLD_MS;
    }
    this.#remember(key, failure);
  }

  #remember(key: string, failure: { count: number; since: number; heldUntil: number }): void {
    this.#failures.delete(key);
    this.#failures.set(key, failure);
    if (this.#failures.size > MAX_REMEMBERED) {
      for (const oldest of this.#failures.keys()) {
        this.#failures.delete(oldest);
        break;
      }
    }
  }

  #learn(terminal: TerminalFacts): void {
    const before = this.#registry.catalog.terminals.get(terminalKey(terminal.protocol, terminal.number));
    if (before && sameFacts(before, terminal)) return;
    // Durable before the reply that waits for the log; a log that fails keeps the reply back, so nothing else to do.
    this.#registry.putTerminal(terminal).catch(() => {});
  }
}

function sameFacts(a: TerminalFacts, b: TerminalFacts): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof TerminalFacts>;
  for (const name of names) if (a[name] !== b[name]) return false;
  return true;
}
