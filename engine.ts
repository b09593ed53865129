import { deserialize, serialize } from 'node:v8';
import { type WhyNot, whyNot, whyNotInSilence } from './alerts/judging/why-not.js';
import { AlertBook, type AlertBookSnapshot } from './alerts/life/alert-book.js';
import { type MemoriesSnapshot, VehicleMemories } from './alerts/memory/vehicle-memory.js';
import type { Rule } from './alerts/rule.js';
import { type LimitRevisions, RuleBook } from './alerts/rule-book/rule-book.js';
import { lateFixes } from './alerts/steps/late-fixes-step.js';
import { news } from './alerts/steps/news-step.js';
import { reports } from './alerts/steps/reports-step.js';
import { type RulesStep, rules } from './alerts/steps/rules-step.js';
import { safetyAlarms } from './alerts/steps/safety-alarm-step.js';
import { terminalAlarms } from './alerts/steps/terminal-alarm-step.js';
import { FenceIndex } from './geo/fence-index.js';
import { fences } from './geo/fence-step.js';
import { RoadIndex } from './geo/road-index.js';
import { WeatherIndex } from './geo/weather-index.js';
import type { Alert, AlertTransition } from './model/alert.js';
import type { AlertWord } from './model/alert-life.js';
import { type Block, KIND_CHANGE, KIND_FIXES, readJsonBody } from './model/block.js';
import { Catalog, type CatalogSnapshot } from './model/catalog.js';
import type { Change } from './model/change.js';
import { FixBatch } from './model/fix-batch.js';
import { Position } from './model/position.js';
import type { SafetyAlarm } from './model/safety-alarm.js';
import { sourceNumber } from './model/source.js';
import { count, type Tally } from './model/stats.js';
import { type NamedStep, runSteps } from './model/step.js';
import { msToRfc3339 } from './model/units.js';
import { protocols } from './protocols/index.js';

/** Of the form of `snapshot`; a later one is not read, and the log is replayed from its start. */
const SNAPSHOT_VERSION = 3;

/** What became of the fixes, since the log began; part of the state. */
export interface EngineCounters {
  evaluated: number;
  /** By the first mark that kept the fix from being judged. */
  notEvaluable: Tally;
  /** By step or rule type. */
  stepFailures: Tally;
  /** Alerts raised, by type. */
  alerts: Tally;
  /** Alerts whose clocks stopped because too many ran. */
  clocksGivenUp: number;
}

interface Snapshot {
  version: number;
  seq: number;
  catalog: CatalogSnapshot;
  /** Absent in snapshots of before there were any. */
  roads?: Uint8Array;
  limitRevisions: LimitRevisions;
  memories: MemoriesSnapshot;
  alerts: AlertBookSnapshot;
  counters: EngineCounters;
}

/**
 * What becomes of accepted records: blocks of the log in, alert transitions out.
 *
 * A function of the log: no clock, no randomness, no input but the blocks. The same blocks give the same transitions,
 * from the log's start or from any snapshot on the way.
 */
export class Engine {
  readonly counters: EngineCounters = {
    evaluated: 0,
    notEvaluable: {},
    stepFailures: {},
    alerts: {},
    clocksGivenUp: 0,
  };
  readonly #catalog: Catalog;
  readonly #memories = new VehicleMemories();
  readonly #fences = new FenceIndex();
  readonly #ground = { roads: new RoadIndex(), weather: new WeatherIndex() };
  readonly #ruleBook = new RuleBook();
  readonly #alerts: AlertBook;
  readonly #rules: RulesStep;
  readonly #steps: readonly NamedStep[];
  readonly #fix = new Position(); // reused: steps copy what they keep
  /** The last record taken in. */
  #seq = 0;
  /** Told of each failure of a step or rule, for the log; what is counted does not depend on it. */
  onFailure: (what: string, error: unknown) => void = () => {};

  constructor(snapshot?: Snapshot) {
    this.#catalog = snapshot ? Catalog.from(snapshot.catalog, snapshot.roads) : new Catalog();
    this.#catalog.roads.follow(this.#ground.roads);
    for (const weather of this.#catalog.weather.values()) this.#ground.weather.put(weather);
    this.#alerts = new AlertBook({
      mutes: this.#catalog.mutes,
      clocksOf: (ruleId) => this.#ruleBook.get(ruleId)?.clocks,
      raised: (type) => count(this.counters.alerts, type),
      madeRoom: (vehicleNo, ruleId) => this.#forgetLeft(vehicleNo, ruleId),
      clocksGivenUp: () => this.counters.clocksGivenUp++,
    });
    this.#ruleBook.putSettings(this.#catalog.settings, 0, snapshot?.limitRevisions);
    for (const fence of this.#catalog.fences.values()) {
      this.#ruleBook.putFence(fence, this.#fences.put(fence));
    }
    for (const rule of this.#catalog.rules.values()) this.#ruleBook.putRule(rule);
    if (snapshot) {
      this.#seq = snapshot.seq;
      this.#memories.restore(snapshot.memories);
      this.#alerts.restore(snapshot.alerts);
      Object.assign(this.counters, snapshot.counters);
    }
    this.#rules = rules(
      this.#catalog,
      this.#ruleBook,
      this.#memories,
      this.#alerts,
      this.#ground,
      this.#fences,
      this.#failed,
    );
    this.#rules.restore();
    this.#steps = [
      terminalAlarms(this.#catalog, this.#memories, this.#alerts), // a call for help counts even without a fix
      safetyAlarms(this.#catalog, this.#alerts, readSafetyAlarms), // so do the alarms of driver assistance
      reports(this.#memories, this.#rules), //                        what tells of the terminal alone
      lateFixes(this.#fences, this.#rules), //                        late truth amends
      news(this.#catalog, this.#memories, this.counters), //          from here on, only news
      fences(this.#fences),
      this.#rules,
    ];
  }

  /** The last record that is in this state. */
  get seq(): number {
    return this.#seq;
  }

  /** Takes in one block; records that are in the state already are passed over. */
  apply(block: Block): void {
    if (block.firstSeq + block.count - 1 <= this.#seq) return;
    try {
      if (block.kind === KIND_FIXES) this.#applyFixes(new FixBatch(block));
      else if (block.kind === KIND_CHANGE) this.#applyChange(block);
    } catch (error) {
      // A block that we cannot take in must not hold up every one behind it.
      this.#failed(block.kind === KIND_CHANGE ? 'change' : 'block', error);
    }
    this.#seq = block.firstSeq + block.count - 1;
  }

  /** Fixes that the log has lost to corruption: accepted, and never to be evaluated. */
  noteLost(fixes: number): void {
    count(this.counters.notEvaluable, 'lost', fixes);
  }

  /** Transitions since the last call, in order. */
  take(): AlertTransition[] {
    return this.#alerts.take();
  }

  openAlerts(): Alert[] {
    return this.#alerts.openAlerts();
  }

  /**
   * What each rule made of a definition, or the rule with this id itself, says of a fix of the vehicle that has not been taken in yet:
   * every condition that an alert needs, and whether it is there. `fix` null: there is none. Null where the vehicle or the rule is
   * not known.
   */
  whyNot(vehicleId: string, ruleId: string, fix: Position | null): WhyNot[] | null {
    const vehicle = this.#catalog.vehicleById(vehicleId);
    const found = this.#rulesOf(ruleId);
    if (!vehicle || !found) return null;
    if (fix) fix.fenceNos = [...this.#fences.query(fix.lon, fix.lat)];
    return found.map((rule) => whyNot(rule, vehicle, fix && this.#rules.inputOf(fix, vehicle, rule)));
  }

  /** The same answers when the fix has been taken in and it is `time`, epoch ms: by the silence since, where that says more. */
  whyNotSince(vehicleId: string, ruleId: string, answers: readonly WhyNot[], time: number): WhyNot[] {
    const vehicle = this.#catalog.vehicleById(vehicleId);
    const memory = vehicle && this.#memories.get(vehicle.no);
    return (this.#rulesOf(ruleId) ?? []).flatMap((rule, i) => {
      if (!vehicle) return [];
      const since = memory?.last ? { last: memory.last, memory: memory.rules?.get(rule.id) } : null;
      const answer = (since && whyNotInSilence(rule, vehicle, since, time)) ?? answers[i];
      return { ...answer, raised: this.#alerts.openOf(vehicle.no, rule.id) !== undefined };
    });
  }

  #rulesOf(ruleId: string): Rule[] | null {
    const single = this.#ruleBook.get(ruleId);
    if (single) return [single];
    return this.#catalog.rules.has(ruleId) ? this.#ruleBook.defined.madeOf(ruleId) : null;
  }

  /** The whole state, without transitions that were not taken. */
  snapshot(): Buffer {
    const snapshot: Snapshot = {
      version: SNAPSHOT_VERSION,
      seq: this.#seq,
      catalog: this.#catalog.snapshot(),
      roads: this.#catalog.roads.snapshot(),
      limitRevisions: this.#ruleBook.limitRevisions(),
      memories: this.#memories.snapshot(),
      alerts: this.#alerts.snapshot(),
      counters: this.counters,
    };
    return serialize(snapshot);
  }

  /** The engine as it was; null where the snapshot is of another version. */
  static from(bytes: Buffer): Engine | null {
    const snapshot = deserialize(bytes) as Snapshot;
    if (snapshot.version === 1) {
      // Of before rules had memory beyond a vehicle.
      const vehicles = snapshot.memories as unknown as MemoriesSnapshot['vehicles'];
      return new Engine({ ...snapshot, memories: { vehicles, shared: [] } });
    }
    // Of 2 some rules' memories have other forms, which these rules read (driving-checkpoints.ts, place-ring.ts, trodden-places.ts, stood-for.ts).
    return snapshot.version === 2 || snapshot.version === SNAPSHOT_VERSION ? new Engine(snapshot) : null;
  }

  #applyFixes(batch: FixBatch): void {
    const p = this.#fix;
    for (let i = Math.max(0, this.#seq + 1 - batch.firstSeq); i < batch.count; i++) {
      batch.read(i, p);
      this.#alerts.inputSeq = p.seq;
      runSteps(this.#steps, p, this.#failed);
    }
  }

  #applyChange(block: Block): void {
    const change = readJsonBody<Change>(block);
    const cardBefore = change.type === 'upload' ? this.#catalog.drivers.get(change.upload.vehicleNo) : undefined;
    if (!this.#catalog.apply(change)) return;
    this.#alerts.inputSeq = block.firstSeq;
    const at = msToRfc3339(change.at) ?? '';
    switch (change.type) {
      case 'fence-put': {
        const { fence } = change;
        const isNew = this.#fences.get(fence.no) === undefined;
        this.#dropRules(this.#ruleBook.putFence(fence, this.#fences.put(fence)), at, 'rule-removed');
        if (isNew) this.#rules.scope.fenceAdded(fence.no);
        else this.#rules.scope.fenceChanged(fence.no, at);
        break;
      }
      case 'fence-delete':
        this.#fences.remove(change.no);
        this.#dropRules(this.#ruleBook.removeFence(change.no), at, 'fence-removed');
        break;
      case 'settings-put':
        this.#dropRules(this.#ruleBook.putSettings(change.settings, change.revision), at, 'rule-removed');
        break;
      case 'rule-put':
        this.#dropRules(this.#ruleBook.putRule(change.rule), at, 'rule-changed');
        this.#rules.scope.begin(this.#ruleBook.defined.madeOf(change.rule.id));
        break;
      case 'rule-delete':
        this.#dropRules(this.#ruleBook.removeRule(change.id), at, 'rule-removed');
        break;
      case 'weather-put':
        this.#ground.weather.put(change.weather);
        break;
      case 'weather-delete':
        this.#ground.weather.remove(change.id);
        break;
      case 'tick':
        this.#rules.tick(change.time);
        this.#alerts.tick(change.time);
        break;
      case 'vehicle-put':
        this.#rules.scope.vehicleChanged(change.vehicle, at);
        break;
      case 'vehicle-delete':
        this.#alerts.clearVehicle(change.no, at, 'vehicle-removed');
        this.#memories.drop(change.no);
        this.#rules.drop(change.no);
        this.#ruleBook.defined.dropVehicle(change.no);
        break;
      case 'alert-actions':
        this.#alerts.act(change.targets, change.word, change.by, change.at);
        break;
      case 'alert-action': {
        const { action, note } = change;
        const word: AlertWord = action === 'dismiss' ? { action, note, reason: 'other' } : { action, note };
        this.#alerts.act([change], word, change.by, change.at);
        break;
      }
      case 'mute-put': //    the catalog has them
      case 'mute-delete':
      case 'terminal-put':
      case 'quirks-put':
      case 'roads-put':
      case 'roads-delete':
      case 'road-set-delete':
      case 'webhook-put':
      case 'webhook-delete':
        break; // the catalog has it
      case 'command-put':
      case 'command-step':
      case 'answer-put':
        break; // no rule asks for them
      case 'upload':
        if (change.upload.kind === 'driver') this.#rules.card(change.upload, cardBefore);
        break;
    }
  }

  /** Of a fence that the vehicle has left, and whose alert is gone, nothing need be remembered; a rule of one around it would tell again. */
  #forgetLeft(vehicleNo: number, ruleId: string): void {
    const fence = this.#ruleBook.get(ruleId)?.fence;
    const memory = this.#memories.get(vehicleNo);
    if (fence && memory?.last && !fence.contains(memory.last.lon, memory.last.lat)) memory.rules?.delete(ruleId);
  }

  #dropRules(ids: ReadonlySet<string>, at: string, reason: 'fence-removed' | 'rule-removed' | 'rule-changed'): void {
    this.#memories.forgetRules(ids);
    this.#alerts.clearRules(ids, at, reason);
  }

  readonly #failed = (what: string, error: unknown): void => {
    count(this.counters.stepFailures, what);
    this.onFailure(what, error);
  };
}

const bySource = new Map(protocols.map((protocol) => [sourceNumber(protocol.name), protocol]));

function readSafetyAlarms(source: number, items: Uint8Array): readonly SafetyAlarm[] {
  return bySource.get(source)?.safetyAlarms?.(items) ?? [];
}
