import type { Logger } from 'pino';
import type { WhyNot } from '../alerts/judging/why-not.js';
import type { Alert, AlertFilter, AlertPlace, AlertTransition } from '../model/alert.js';
import type { Catalog } from '../model/catalog.js';
import type { Command, CommandAnswer, CommandFilter, CommandInput, CommandTypeInfo } from '../model/command.js';
import type { Fence } from '../model/fence.js';
import type { Fixes } from '../model/fixes.js';
import type { Fleet } from '../model/fleet.js';
import type { ProtocolTools } from '../model/protocol-tools.js';
import type { QuarantineEntry, QuarantineGroup, RerunResult } from '../model/quarantine.js';
import type { QuirkBook } from '../model/quirks.js';
import type { PastForm, PastRead, RehearsalResult, RehearsalRules, RehearsalWindow } from '../model/rehearsal.js';
import type { RejectReason } from '../model/reject.js';
import type { LiveStats, Tally } from '../model/stats.js';
import type { FenceConsistency } from '../model/terminal-area.js';
import type { Vehicle } from '../model/vehicle.js';
import type { DeliveryTotals } from '../model/webhook.js';
import type { StoredAudit } from '../store/audit.js';
import type { RawFrames } from '../store/raw-frames.js';
import type { Registry } from '../store/registry.js';
import type { Answer, Request } from './http/endpoint.js';
import type { AnswerKeeper } from './http/idempotency.js';
import type { AlertReceiver } from './sources/alert-receiver.js';
import type { TravelSource } from './sources/travel-source.js';
import type { MediaSource, UploadSource } from './sources/upload-source.js';
import type { WebhookSource } from './sources/webhook-source.js';

/** Everything the API asks of the other parts; main.ts joins them. */
export interface ApiDeps {
  /** The main thread's own, kept up to date by whoever owns them; the API only reads. */
  catalog: Catalog;
  fleet: Fleet;
  registry: RegistryWrites;
  alerts: AlertSource;
  history: HistorySource;
  rehearsals: RehearsalSource;
  travel: TravelSource;
  uploads: UploadSource;
  audit: AuditSource;
  frames: FrameSource;
  media: MediaSource;
  commands: CommandSource;
  terminalFences: TerminalFenceSource;
  webhooks: WebhookSource;
  /** Alerts as they are published over MQTT; null where they are not. */
  mqttAlerts(): AlertReceiver | null;
  /** How alerts get to those who do not ask, by way: webhook, mqtt. */
  deliveries(): Record<string, DeliveryTotals>;
  /**
   * Positions from a platform, each as parsed from JSON (ingest/http-source.ts). One result per item, in order, once
   * every item that is `ok` is durable. An item whose reason is 'full' was not taken because the intake has no room.
   */
  acceptPositions(items: readonly unknown[], address: string): Promise<PositionResult[]>;
  /** Answers to requests with an Idempotency-Key. */
  answers: AnswerKeeper;
  /** The additional items of a fix as named values (`Protocol.describeItems` of the fix's source). */
  describeItems(source: number, items: Uint8Array): Record<string, unknown>;
  /** Protocols whose frames can be taken apart and built by hand. */
  protocols: readonly ProtocolTools[];
  /** By protocol: how terminals may differ from the standard. */
  quirkBooks: ReadonlyMap<string, QuirkBook>;
  quarantine: QuarantineSource;
  /** null on a node that takes nothing in. */
  stats: (() => LiveStats) | null;
  readiness(): Readiness;
  /** Has the main node answer; null where this is it. */
  forward: ((request: Request, body: Buffer) => Promise<Answer>) | null;
  log: Logger;
}

/** How the API is served; `API_DEFAULTS` in api/server.ts has what main.ts need not say. */
export interface ApiOptions {
  /** Of the product, as the document of the API shows it. */
  version: string;
  host: string;
  /** 0 for any free port. */
  port: number;
  /** Full-rights key. */
  adminKey: string;
  /** A vehicle is online while something of it came within this time, ms. */
  onlineMs: number;
  /** The same of ships. */
  vesselOnlineMs: number;
  /** Page and its parts as vite built them. */
  webDir: string;
  /** swagger-ui-dist, or a directory with its bundle and style sheet; null: no page at /docs. */
  docsDir: string | null;
  /** Origins other than our own that may open the stream, such as `https://map.example.cn`. */
  allowedOrigins: readonly string[];
  /** Hosts of map tiles that the page may load, as CSP sources. */
  tileHosts: readonly string[];
  /** A view that holds more vehicles than this gets densities instead. */
  maxVehiclesInView: number;
  /** The script of the thread that reads large fences. */
  fenceWorker: URL;
}

/** Who did what (store/audit.ts). Rejects with code 'database-away' where it cannot say. */
export type AuditSource = Pick<StoredAudit, 'list'>;

/** Frames that fixes came in (store/raw-frames.ts). Rejects with code 'database-away' where it cannot say. */
export type FrameSource = Pick<RawFrames, 'list'>;

/** The write side of the catalog: each resolves once the change is durable; the catalog has it by then. */
export type RegistryWrites = Pick<
  Registry,
  | 'putVehicle'
  | 'deleteVehicle'
  | 'putFence'
  | 'deleteFence'
  | 'putRule'
  | 'deleteRule'
  | 'putRoads'
  | 'deleteRoad'
  | 'deleteRoadSet'
  | 'putWeather'
  | 'deleteWeather'
  | 'actOnAlerts'
  | 'putMute'
  | 'deleteMute'
  | 'putQuirks'
>;

/** Alerts as the alert log has them (alerts/log/feed.ts): newest forms in memory, transitions by number. */
export interface AlertSource {
  /** Name of this generation of the alert log; changes only where the log was lost or rebuilt. */
  readonly epoch: string;
  /** Number of the newest transition; 0 before the first. */
  readonly last: number;
  /** The oldest number that memory can still continue after. */
  readonly oldest: number;
  /** Resolves once the log has been read: until then `epoch`, `last` and `placeOf` do not know of it. */
  readonly ready: Promise<void>;
  /** The newest form of an alert that is open or recent. */
  get(id: string): Alert | undefined;
  /** Open and recent alerts in their newest form, in any order. */
  alerts(): Iterable<Alert>;
  /** At most `limit` transitions after number `after`, in order, of those in memory. */
  since(after: number, limit: number): AlertTransition[];
  /** For one reader that goes on from where it was; close it when it is done. */
  reader(): AlertReader;
  /** What a client keeps to go on after transition `number`. */
  cursor(number: number): string;
  /** The number in a cursor; null where the log cannot be continued after it. */
  placeOf(cursor: string): number | null;
  /** The transition and its cursor as JSON, written once for everybody. */
  text(transition: AlertTransition): string;
  /** Called after transitions are committed to the log and readable by `since`; returns the way to stop it. */
  subscribe(listener: (transitions: readonly AlertTransition[]) => void): () => void;
}

/** Reads the alert log from any number that is kept (alerts/log/alert-log-reader.ts, alerts/log/fetching-reader.ts). */
export interface AlertReader {
  /**
   * At most `limit` transitions after number `after`, in order; [] at the end only. A promise where they are fetched from another
   * node. Throws, or rejects with, LogGapError where they are gone; with an error whose `code` is 'main-node-away' where that
   * node does not answer.
   */
  read(after: number, limit: number): AlertTransition[] | Promise<AlertTransition[]>;
  close(): void;
}

/** Commands to terminals (ingest/command-desk.ts, ingest/commands.ts). */
export interface CommandSource {
  readonly types: readonly CommandTypeInfo[];
  /** Resolves once what was taken is durable, and has been sent where the terminal is connected. */
  give(input: CommandInput): Promise<CommandAnswer>;
  /** One that is alive or ended lately. */
  get(id: string): Command | undefined;
  /** Alive ones and the newest that ended, oldest first. */
  all(): Iterable<Command>;
  /** Called for each command that was given or went on, once that is durable; returns the way to stop it. */
  subscribe(listener: (command: Command) => void): () => void;
  counts(): CommandCounts;
}

/** Fences that terminals hold too (ingest/terminal-fences.ts). */
export interface TerminalFenceSource {
  /** Fence by fence, for the vehicles in their order; `fence`: only this one. */
  consistency(vehicles: Iterable<Vehicle>, fence?: Fence): Iterable<FenceConsistency>;
  /** Asks the vehicle's terminals; ids of the commands that do, none where there is nothing to ask for. */
  check(vehicle: Vehicle): Promise<string[]>;
}

export interface CommandCounts {
  alive: number;
  /** Since the process started: by the state they ended in, and why commands were not taken. */
  ended: Tally;
  refused: Tally;
  /** What terminals said that no command waited for. */
  unmatchedResponses: number;
}

/** What the database has (store/history.ts). Rejects with an error whose `code` is 'database-away' where it cannot say. */
export interface HistorySource {
  /** Fixes of one vehicle with from ≤ fixTime < to (epoch ms), oldest first, in batches. */
  track(vehicleNo: number, from: number, to: number): AsyncIterable<Fixes>;
  /** The newest `limit` fixes of one vehicle with since ≤ fixTime < time (epoch ms), newest first. */
  before(vehicleNo: number, time: number, since: number, limit: number): Promise<Fixes>;
  /** At most `limit` alerts after `after`, newest first. */
  alerts(filter: AlertFilter & { grouped?: boolean; after?: AlertPlace; limit: number }): Promise<Alert[]>;
  alert(id: string): Promise<Alert | undefined>;
  /** Those of these that there are, in any order. */
  alertsById(ids: readonly string[]): Promise<Alert[]>;
  /** At most `limit` steps in the life of an alert that made a later revision than `after`, in order. */
  alertSteps(id: string, after: number, limit: number): Promise<AlertTransition[]>;
  /** At most `limit` commands, newest first, older than command `before` where given. */
  commands(filter: CommandFilter & { before?: string; limit: number }): Promise<Command[]>;
  command(id: string): Promise<Command | undefined>;
}

/** Stored fixes judged again (parts/rehearsal.ts). Rejects as `HistorySource` does. */
export interface RehearsalSource {
  rehearse(rules: RehearsalRules, window: RehearsalWindow): Promise<RehearsalResult>;
  /** Null where there is no such rule. `time` in epoch ms. */
  whyNot(vehicleNo: number, ruleId: string, time: number): Promise<WhyNotFound | null>;
}

/** What a rule has to say of a vehicle at a past time, and what that was made of. */
export interface WhyNotFound {
  rules: WhyNot[];
  read: PastRead;
  forms: PastForm[];
}

/** `field`: the member of the item that is to blame, where it is one. */
export type PositionResult =
  | { ok: true }
  | { ok: false; reason: RejectReason | 'full'; detail: string; field?: string };

/** Refused frames and fixes that are kept: a bounded sample (ingest/quarantine.ts, ingest/rerun.ts). */
export interface QuarantineSource {
  /** Newest first, older than entry `before` where given. */
  list(limit: number, before?: number): QuarantineEntry[];
  get(number: number): QuarantineEntry | undefined;
  /** Entries that look alike, the largest group first. */
  groups(): QuarantineGroup[];
  /** What the entries give today; with `apply` their fixes enter the log, and are durable when it resolves. */
  run(wanted: { numbers: readonly number[] } | { group: string }, apply: boolean, by: string): Promise<RerunResult[]>;
}

export type PartName = 'spool' | 'database' | 'engine' | 'writer';

export interface Readiness {
  /** Input is taken and kept, or on a node of the API: there is something to show. The database has no say in it. */
  ready: boolean;
  /** Those that this node has. */
  parts: Partial<Record<PartName, { state: string; detail?: string }>>;
  node: NodeState;
}

/** What this process is among several. */
export interface NodeState {
  role: 'all' | 'api';
  /**
   * Of the main node: alone, publishing, away (Redis is), or second (another main node is in the same Redis).
   * Of the others: level, or stale where what they show is older than it should be.
   */
  state: 'alone' | 'publishing' | 'away' | 'second' | 'level' | 'stale';
  /** Since when something of the log has been missing, in Redis or here. */
  lagSeconds: number;
  detail?: string;
  /** Of a node beside the main one: pages of older alerts that it asked the main node for, by what came of it. */
  olderAlerts?: Tally;
}

/** What `startApi` gives back. */
export interface ApiServer {
  port: number;
  /** Numbers of vehicles whose row in the fleet changed; call after each commit. */
  changed(vehicleNos: Iterable<number>): void;
  /** The registry's word on vehicle `no` changed elsewhere; `goneId` where it was deleted. */
  registryChanged(no: number, goneId?: string): void;
  streamStats(): { clients: number; subscriptions: number };
  /** Ends streams with 1012, lets answers that are under way finish, and closes. */
  close(): Promise<void>;
}
