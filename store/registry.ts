import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { AlertWord } from '../model/alert-life.js';
import type { Catalog } from '../model/catalog.js';
import type { AlertTarget, Change, RuleSettings, TerminalFacts } from '../model/change.js';
import type { Fence } from '../model/fence.js';
import type { KeptAnswer } from '../model/kept-answer.js';
import type { Mute } from '../model/mute.js';
import { type Road, verticesOf } from '../model/road.js';
import type { RuleDefinition, RuleInput } from '../model/rule.js';
import type { Upload } from '../model/upload.js';
import { stripZeros, type TerminalRef, terminalKey, type Vehicle, type VehicleCategory } from '../model/vehicle.js';
import type { Weather, WeatherInput } from '../model/weather.js';
import type { Webhook } from '../model/webhook.js';
import {
  type FenceInput,
  ID,
  idProblems,
  type Refusal,
  terminalProblems,
  type VehicleHints,
  type VehicleInput,
} from './registry-input.js';

export type { Refusal } from './registry-input.js';

/** Protocols that only one kind of vehicle speaks. */
const CATEGORY_OF: Readonly<Record<string, VehicleCategory>> = { ais: 'vessel', jt905: 'taxi' };

/** The side of the spool that the registry needs. */
export interface ChangeLog {
  readonly accepting: boolean;
  addChange(change: Change): void;
  whenAccepted(fn: () => void): void;
}

/** Positions of all roads together: about 75 bytes of memory each here, and 180 in the engine (`npm run bench -- roads`). */
const MAX_ROAD_VERTICES = 2_000_000;

/** Declarations of weather, past ones too, until they are removed: each is asked for every fix that a speed rule judges. */
const MAX_WEATHER = 1000;

/** Rules, whoever they concern: which ones do is found anew for each vehicle when one changes. */
export const MAX_RULES = 10_000;

/** Mutes that have not ended. */
const MAX_MUTES = 1000;

/** A change before it gets its revision and time. */
type Fact = Change extends infer C ? (C extends Change ? Omit<C, 'revision' | 'at'> : never) : never;

/**
 * The write side of the catalog. Each write is one change: it goes into the log, then into the catalog, in one turn of
 * the event loop, so that the catalog of this thread is what the log will say once it is flushed. Promises resolve when it
 * is. A process that dies before takes the catalog with it; nobody was told of the change.
 *
 * So a catalog may be ahead of `committedSeq`: whoever keeps a snapshot of it waits for `whenAccepted` before the
 * snapshot counts.
 */
export class Registry {
  readonly #listeners: Set<(change: Change) => void>;

  constructor(
    readonly catalog: Catalog,
    readonly log: ChangeLog,
    /** Epoch ms. */
    readonly clock: () => number,
    /** Who stands behind the changes: what the audit shows. null: nobody, as with what terminals say. */
    readonly actor: string | null = null,
    listeners = new Set<(change: Change) => void>(),
  ) {
    this.#listeners = listeners;
  }

  /** The same registry in the hand of `actor`. */
  as(actor: string): Registry {
    return new Registry(this.catalog, this.log, this.clock, actor, this.#listeners);
  }

  /**
   * Makes or changes the vehicle with this id. Terminals that sit in other vehicles move here, and are told in `moved`;
   * the vehicles that they leave stay, with their tracks.
   */
  async putVehicle(
    input: VehicleInput,
  ): Promise<{ vehicle: Vehicle; created: boolean; moved: TerminalRef[] } | Refusal> {
    const before = this.catalog.vehicleById(input.id);
    const terminals = input.terminals?.map(({ protocol, number }) => ({ protocol, number: stripZeros(number) }));
    const refusal = this.#refusal([...idProblems(input.id), ...terminalProblems(terminals ?? [])]);
    if (refusal) return refusal;
    const moved = (terminals ?? []).filter(({ protocol, number }) => {
      const holder = this.catalog.vehicleByTerminal(protocol, number);
      return holder !== undefined && holder !== before;
    });
    const vehicle = this.#putVehicle({ ...input, terminals }, before);
    await this.#accepted();
    return { vehicle, created: before === undefined, moved };
  }

  /** Takes the vehicle out of the registry; its tracks and alerts stay. Its terminals are unknown from then on. */
  async deleteVehicle(id: string): Promise<{ vehicle: Vehicle } | Refusal> {
    const refusal = this.#refusal([]);
    if (refusal) return refusal;
    const vehicle = this.catalog.vehicleById(id);
    if (!vehicle) return notFound('vehicle', id);
    this.#record({ type: 'vehicle-delete', no: vehicle.no, id });
    await this.#accepted();
    return { vehicle };
  }

  /**
   * The vehicle that the terminal sits in, made on first contact. At once: its record is in the log before anything that
   * is added after this call. It never refuses, because senders are paused while the log takes nothing.
   *
   * A new vehicle's id is the terminal's number without leading zeros, `<protocol>-<number>` where another vehicle has
   * that. What the terminal says of plate, colour and category fills in what is not known, and overrules nothing. The
   * same plate in another vehicle does not join the two: a terminal's word is not enough to mix two tracks.
   */
  ensureVehicleForTerminal(protocol: string, number: string, hints: VehicleHints = {}): Vehicle {
    const terminal = { protocol, number: stripZeros(number) };
    const known = this.catalog.vehicleByTerminal(protocol, terminal.number);
    const category = CATEGORY_OF[protocol];
    const made = { category, ...hints, id: this.#freeId(terminal), terminals: [terminal] };
    if (!known) return this.#putVehicle(made, undefined);
    const plate = known.plate ?? hints.plate ?? null;
    const plateColor = known.plateColor ?? hints.plateColor ?? null;
    if (plate === known.plate && plateColor === known.plateColor) return known;
    return this.#putVehicle({ id: known.id, plate, plateColor }, known);
  }

  /** Keeps what a terminal said of itself; nothing is written where it said the same before. */
  async putTerminal(terminal: TerminalFacts): Promise<void> {
    const facts = { ...terminal, number: stripZeros(terminal.number) };
    const known = this.catalog.terminals.get(terminalKey(facts.protocol, facts.number));
    if (!known || !isDeepStrictEqual(known, facts)) this.#record({ type: 'terminal-put', terminal: facts });
    await this.#accepted();
  }

  /** How terminals of a vehicle speak, by names that the caller has checked; null: as each is recognised. */
  async putQuirks(
    terminals: readonly TerminalRef[],
    quirks: readonly string[] | null,
  ): Promise<{ ok: true } | Refusal> {
    const refusal = this.#refusal([]);
    if (refusal) return refusal;
    for (const { protocol, number } of terminals) this.#record({ type: 'quirks-put', protocol, number, quirks });
    await this.#accepted();
    return { ok: true };
  }

  /** Makes or changes a fence whose geometry and properties have been found good (geo/fence-input.ts). */
  async putFence(input: FenceInput): Promise<{ fence: Fence; created: boolean } | Refusal> {
    const refusal = this.#refusal(input.id === undefined ? [] : idProblems(input.id));
    if (refusal) return refusal;
    const before = input.id === undefined ? undefined : this.catalog.fenceById(input.id);
    const no = before?.no ?? this.catalog.nextFenceNo;
    const at = this.clock();
    const fence: Fence = {
      no,
      id: input.id ?? this.#freeFenceId(no),
      revision: this.catalog.revision + 1,
      geometry: input.geometry,
      properties: input.properties,
      createdAt: before?.createdAt ?? at,
      updatedAt: at,
    };
    this.#record({ type: 'fence-put', fence });
    await this.#accepted();
    return { fence, created: before === undefined };
  }

  async deleteFence(id: string): Promise<{ fence: Fence } | Refusal> {
    const refusal = this.#refusal([]);
    if (refusal) return refusal;
    const fence = this.catalog.fenceById(id);
    if (!fence) return notFound('fence', id);
    this.#record({ type: 'fence-delete', no: fence.no, id });
    await this.#accepted();
    return { fence };
  }

  /** Makes or changes a rule that has been found good (alerts/rule-book/rule-input.ts). */
  async putRule(id: string, input: RuleInput): Promise<{ rule: RuleDefinition; created: boolean } | Refusal> {
    const before = this.catalog.rules.get(id);
    const problems = idProblems(id);
    if (!before && this.catalog.rules.size >= MAX_RULES) {
      problems.push({ path: 'id', message: `${MAX_RULES} rules are there, which is the most; remove some` });
    }
    const refusal = this.#refusal(problems);
    if (refusal) return refusal;
    const at = this.clock();
    const revision = this.catalog.revision + 1;
    const rule: RuleDefinition = { ...input, id, revision, createdAt: before?.createdAt ?? at, updatedAt: at };
    this.#record({ type: 'rule-put', rule });
    await this.#accepted();
    return { rule, created: before === undefined };
  }

  async deleteRule(id: string): Promise<{ rule: RuleDefinition } | Refusal> {
    const refusal = this.#refusal([]);
    if (refusal) return refusal;
    const rule = this.catalog.rules.get(id);
    if (!rule) return notFound('rule', id);
    this.#record({ type: 'rule-delete', id });
    await this.#accepted();
    return { rule };
  }

  /** Makes or replaces roads that have been found good (geo/road-input.ts), all of them or none, as one change. */
  async putRoads(
    set: string,
    inputs: readonly Omit<Road, 'set' | 'revision'>[],
  ): Promise<{ revision: number; made: number; replaced: number } | Refusal> {
    const book = this.catalog.roads;
    const before = inputs.filter(({ id }) => book.get(id)).length;
    const more = inputs.reduce((sum, road) => sum + verticesOf(road), 0);
    const problems = idProblems(set, 'set');
    if (book.vertices + more > MAX_ROAD_VERTICES) {
      const message = `there is room for ${MAX_ROAD_VERTICES} positions of roads, and ${book.vertices} are there; remove a set`;
      problems.push({ path: 'geometry', message });
    }
    const refusal = this.#refusal(problems);
    if (refusal) return refusal;
    const revision = this.catalog.revision + 1;
    this.#record({ type: 'roads-put', roads: inputs.map((road) => ({ ...road, set, revision })) });
    await this.#accepted();
    return { revision, made: inputs.length - before, replaced: before };
  }

  async deleteRoad(id: string): Promise<{ road: Road } | Refusal> {
    const refusal = this.#refusal([]);
    if (refusal) return refusal;
    const road = this.catalog.roads.get(id);
    if (!road) return notFound('road', id);
    this.#record({ type: 'roads-delete', ids: [id] });
    await this.#accepted();
    return { road };
  }

  /** Removes the roads of a set; with `before`, those that no change since that revision has put. */
  async deleteRoadSet(set: string, before?: number): Promise<{ removed: number } | Refusal> {
    const refusal = this.#refusal([]);
    if (refusal) return refusal;
    const { roads } = this.catalog;
    if (!roads.sets().some((known) => known.set === set)) return notFound('set of roads', set);
    const there = roads.size;
    this.#record({ type: 'road-set-delete', set, before: before ?? this.catalog.revision + 1 });
    const removed = there - roads.size;
    await this.#accepted();
    return { removed };
  }

  /** Declares weather, or changes what was declared; the input has been found good (geo/weather-input.ts). */
  async putWeather(id: string, input: WeatherInput): Promise<{ weather: Weather; created: boolean } | Refusal> {
    const before = this.catalog.weather.get(id);
    const problems = idProblems(id);
    if (!before && this.catalog.weather.size >= MAX_WEATHER) {
      problems.push({ path: 'id', message: `${MAX_WEATHER} declarations are there; remove some that are over` });
    }
    const refusal = this.#refusal(problems);
    if (refusal) return refusal;
    const at = this.clock();
    const revision = this.catalog.revision + 1;
    const weather: Weather = { ...input, id, revision, createdAt: before?.createdAt ?? at, updatedAt: at };
    this.#record({ type: 'weather-put', weather });
    await this.#accepted();
    return { weather, created: before === undefined };
  }

  async deleteWeather(id: string): Promise<{ weather: Weather } | Refusal> {
    const refusal = this.#refusal([]);
    if (refusal) return refusal;
    const weather = this.catalog.weather.get(id);
    if (!weather) return notFound('weather', id);
    this.#record({ type: 'weather-delete', id });
    await this.#accepted();
    return { weather };
  }

  /** Makes or changes a subscription that has been found good (deliver/webhooks.ts). */
  async putWebhook(
    input: Omit<Webhook, 'revision' | 'createdAt' | 'updatedAt'>,
  ): Promise<{ webhook: Webhook; created: boolean } | Refusal> {
    const refusal = this.#refusal(idProblems(input.id));
    if (refusal) return refusal;
    const before = this.catalog.webhooks.get(input.id);
    const at = this.clock();
    const revision = this.catalog.revision + 1;
    const webhook: Webhook = { ...input, revision, createdAt: before?.createdAt ?? at, updatedAt: at };
    this.#record({ type: 'webhook-put', webhook });
    await this.#accepted();
    return { webhook, created: before === undefined };
  }

  async deleteWebhook(id: string): Promise<{ webhook: Webhook } | Refusal> {
    const refusal = this.#refusal([]);
    if (refusal) return refusal;
    const webhook = this.catalog.webhooks.get(id);
    if (!webhook) return notFound('webhook', id);
    this.#record({ type: 'webhook-delete', id });
    await this.#accepted();
    return { webhook };
  }

  /** Lets time pass for the rules that wait for it. Nobody is answered, so nobody waits; a full log gets no ticks. */
  tick(time: number): void {
    if (this.log.accepting) this.#record({ type: 'tick', time });
  }

  /** What a person did with alerts, as one record. That there are such alerts, the caller has looked up. */
  async actOnAlerts(input: {
    targets: AlertTarget[];
    word: AlertWord;
    by: string;
  }): Promise<{ revision: number; at: number } | Refusal> {
    const refusal = this.#refusal([]);
    if (refusal) return refusal;
    const { revision, at } = this.#record({ type: 'alert-actions', ...input });
    await this.#accepted();
    return { revision, at };
  }

  /** Makes a mute, or with the id of one that is there, changes it. */
  async putMute(input: Omit<Mute, 'id' | 'createdAt'> & { id?: string }): Promise<{ mute: Mute } | Refusal> {
    const refusal = this.#refusal(this.#muteProblems(input));
    if (refusal) return refusal;
    const before = input.id === undefined ? undefined : this.catalog.mutes.get(input.id);
    if (input.id !== undefined && !before) return notFound('mute', input.id);
    const id = before?.id ?? `mute-${this.catalog.revision + 1}`;
    const mute: Mute = { ...input, id, createdAt: before?.createdAt ?? this.clock() };
    this.#record({ type: 'mute-put', mute });
    await this.#accepted();
    return { mute };
  }

  /** What it has muted and still lasts is news from the next tick on. */
  async deleteMute(id: string): Promise<{ mute: Mute } | Refusal> {
    const refusal = this.#refusal([]);
    if (refusal) return refusal;
    const mute = this.catalog.mutes.get(id);
    if (!mute) return notFound('mute', id);
    this.#record({ type: 'mute-delete', id });
    await this.#accepted();
    return { mute };
  }

  async putSettings(settings: RuleSettings): Promise<{ settings: RuleSettings; revision: number } | Refusal> {
    const refusal = this.#refusal([]);
    if (refusal) return refusal;
    const { revision } = this.#record({ type: 'settings-put', settings });
    await this.#accepted();
    return { settings, revision };
  }

  /** Commands and what becomes of them, in the order of all other changes; the caller keeps the book (ingest/commands.ts). */
  recordCommands(fact: Extract<Fact, { type: 'command-put' | 'command-step' }>): Change {
    return this.#record(fact);
  }

  /** A terminal's report; what comes of it is the log's from now on. Throws RangeError where it is too long for a block. */
  recordUpload(upload: Upload): void {
    this.#record({ type: 'upload', upload });
  }

  /** What the API answered to a request with a key; the caller keeps the book (model/answer-book.ts). */
  recordAnswer(answer: KeptAnswer): Change {
    return this.#record({ type: 'answer-put', answer });
  }

  /** `fn` hears of each change once the catalog has it, durable or not. Returns the way to stop it. */
  subscribe(fn: (change: Change) => void): () => void {
    this.#listeners.add(fn);
    return () => this.#listeners.delete(fn);
  }

  /** Into the log first: what it throws (a change too long for a block) must not leave the catalog ahead of it. */
  #record(fact: Fact): Change {
    const by = this.actor === null ? {} : { by: this.actor };
    const change = { ...by, ...fact, revision: this.catalog.revision + 1, at: this.clock() } as Change;
    this.log.addChange(change);
    this.catalog.apply(change);
    for (const listener of this.#listeners) listener(change);
    return change;
  }

  /** Each alert that is raised is compared with every mute. */
  #muteProblems({ id }: { id?: string }): Refusal['problems'] {
    const now = this.clock();
    let alive = 0;
    for (const { to } of this.catalog.mutes.values()) if (to > now) alive++;
    if (id !== undefined || alive < MAX_MUTES) return [];
    return [{ path: '', message: `${MAX_MUTES} mutes have not ended yet; that is the most` }];
  }

  #accepted(): Promise<void> {
    return new Promise((resolve) => this.log.whenAccepted(resolve));
  }

  /** An item that is undefined is as before; one that is null is unknown from now on. */
  #putVehicle(input: VehicleInput, before: Vehicle | undefined): Vehicle {
    const drivers = input.drivers === undefined ? before?.drivers : input.drivers;
    const datum = input.datum === undefined ? before?.datum : input.datum;
    const vehicle: Vehicle = {
      no: before?.no ?? this.catalog.nextVehicleNo,
      id: input.id,
      plate: input.plate === undefined ? (before?.plate ?? null) : input.plate,
      plateColor: input.plateColor === undefined ? (before?.plateColor ?? null) : input.plateColor,
      category: input.category ?? before?.category ?? 'other',
      company: input.company === undefined ? (before?.company ?? null) : input.company,
      region: input.region === undefined ? (before?.region ?? null) : input.region,
      terminals: input.terminals ?? before?.terminals ?? [],
      ...(drivers ? { drivers } : {}),
      ...(datum ? { datum } : {}),
      createdAt: before?.createdAt ?? this.clock(),
    };
    this.#record({ type: 'vehicle-put', vehicle });
    return vehicle;
  }

  #freeId({ protocol, number }: TerminalRef): string {
    const candidates = [number, `${protocol}-${number}`, `${protocol}-vehicle-${this.catalog.nextVehicleNo}`];
    // The last has a number that is never given twice, so only a name chosen to collide can be there before it.
    return candidates.find((id) => ID.test(id) && !this.catalog.vehicleById(id)) ?? randomUUID();
  }

  #freeFenceId(no: number): string {
    const id = `fence-${no}`;
    return this.catalog.fenceById(id) ? randomUUID() : id;
  }

  #refusal(problems: Refusal['problems']): Refusal | null {
    if (problems.length > 0) return { refused: 'invalid', problems };
    if (this.log.accepting) return null;
    const message = 'nothing can be recorded just now: the log is full or its disk refuses writes; try again';
    return { refused: 'unavailable', problems: [{ path: '', message }] };
  }
}

function notFound(kind: string, id: string): Refusal {
  return { refused: 'not-found', problems: [{ path: 'id', message: `there is no ${kind} ${id}` }] };
}
