import pino from 'pino';
import { onTestFinished } from 'vitest';
import { AlertFeed } from '../../alerts/log/feed.js';
import { newsOf } from '../../api/alerts/alert-filter.js';
import type { ApiDeps, ApiOptions, ApiServer, HistorySource, PositionResult, Readiness } from '../../api/deps.js';
import { startApi } from '../../api/server.js';
import { Deliveries } from '../../deliver/deliveries.js';
import { TargetGuard } from '../../deliver/target-guard.js';
import { Webhooks } from '../../deliver/webhooks.js';
import { CommandDesk } from '../../ingest/command-desk.js';
import { CommandDispatcher } from '../../ingest/commands.js';
import { TerminalFences } from '../../ingest/terminal-fences.js';
import type { Alert, AlertTransition } from '../../model/alert.js';
import { UNTOUCHED } from '../../model/alert-life.js';
import { AnswerBook } from '../../model/answer-book.js';
import type { AuditRecord } from '../../model/audit.js';
import { Catalog } from '../../model/catalog.js';
import type { Change } from '../../model/change.js';
import { type Command, matchesCommand } from '../../model/command.js';
import { CommandBook } from '../../model/command-book.js';
import { Fleet } from '../../model/fleet.js';
import { LOCATED, Position, positionJson } from '../../model/position.js';
import type { QuarantineEntry, QuarantineGroup, RerunResult } from '../../model/quarantine.js';
import { sourceNumber } from '../../model/source.js';
import type { LiveStats } from '../../model/stats.js';
import type { Vehicle } from '../../model/vehicle.js';
import { Rehearsals } from '../../parts/rehearsal.js';
import { commanded, protocols } from '../../protocols/index.js';
import { KeptAnswers } from '../../store/kept-answers.js';
import { MediaFiles } from '../../store/media-files.js';
import type { RawFrame } from '../../store/raw-frames.js';
import { Registry } from '../../store/registry.js';
import { tempDir } from '../support/temp-dir.js';
import { FakeTravel } from './fake-travel.js';
import { FakeUploads } from './fake-uploads.js';

export const KEY = 'test-key-0123456789abcdef';

/** A log that takes everything at once, unless told otherwise. */
export class FakeLog {
  accepting = true;
  changes: Change[] = [];
  addChange(change: Change): void {
    this.changes.push(change);
  }
  whenAccepted(fn: () => void): void {
    queueMicrotask(fn);
  }
}

export class DatabaseAway extends Error {
  readonly code = 'database-away';
}

/** Tracks and alerts from memory, in batches of `batch`. */
export class FakeHistory implements HistorySource {
  away = false;
  batch = 100;
  fixes = new Map<number, Position[]>();
  stored: Alert[] = [];
  storedSteps: AlertTransition[] = [];
  storedCommands: Command[] = [];

  async *track(vehicleNo: number, from: number, to: number): AsyncIterable<Position[]> {
    if (this.away) throw new DatabaseAway();
    const fixes = (this.fixes.get(vehicleNo) ?? []).filter((p) => p.fixTime >= from && p.fixTime < to);
    for (let i = 0; i < fixes.length; i += this.batch) yield fixes.slice(i, i + this.batch);
  }

  async before(vehicleNo: number, time: number, since: number, limit: number): Promise<Position[]> {
    if (this.away) throw new DatabaseAway();
    const fixes = (this.fixes.get(vehicleNo) ?? []).filter((p) => p.fixTime >= since && p.fixTime < time);
    return fixes.sort((a, b) => b.fixTime - a.fixTime).slice(0, limit);
  }

  async alerts({ after, limit, state }: Parameters<HistorySource['alerts']>[0]): Promise<Alert[]> {
    if (this.away) throw new DatabaseAway();
    const at = (alert: Alert) => Date.parse(alert.occurredAt);
    return this.stored
      .filter((alert) => !state || state.includes(alert.state))
      .filter(
        (alert) => !after || at(alert) < after.occurredAt || (at(alert) === after.occurredAt && alert.id < after.id),
      )
      .sort((a, b) => at(b) - at(a) || (a.id < b.id ? 1 : -1))
      .slice(0, limit);
  }

  async alert(id: string): Promise<Alert | undefined> {
    return (await this.alertsById([id]))[0];
  }

  async alertsById(ids: readonly string[]): Promise<Alert[]> {
    if (this.away) throw new DatabaseAway();
    return this.stored.filter((alert) => ids.includes(alert.id));
  }

  async alertSteps(id: string, after: number, limit: number): Promise<AlertTransition[]> {
    if (this.away) throw new DatabaseAway();
    return this.storedSteps.filter(({ alert }) => alert.id === id && alert.revision > after).slice(0, limit);
  }

  async commands({ before, limit, ...filter }: Parameters<HistorySource['commands']>[0]): Promise<Command[]> {
    if (this.away) throw new DatabaseAway();
    return this.storedCommands
      .filter((command) => (before === undefined || command.id < before) && matchesCommand(filter, command))
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, limit);
  }

  async command(id: string): Promise<Command | undefined> {
    if (this.away) throw new DatabaseAway();
    return this.storedCommands.find((command) => command.id === id);
  }
}

export interface TestApi {
  url: string;
  api: ApiServer;
  catalog: Catalog;
  fleet: Fleet;
  registry: Registry;
  log: FakeLog;
  feed: AlertFeed;
  deliveries: Deliveries;
  history: FakeHistory;
  travel: FakeTravel;
  uploads: FakeUploads;
  media: MediaFiles;
  dispatcher: CommandDispatcher;
  /** What GET /v1/audit finds, newest first. */
  audited: AuditRecord[];
  /** By vehicle number, oldest first. */
  frames: Map<number, RawFrame[]>;
  quarantined: QuarantineEntry[];
  quarantineGroups: QuarantineGroup[];
  /** What POST /v1/quarantine/rerun asked for, and what it answers. */
  reruns: unknown[];
  rerunResults: RerunResult[];
  readiness: Readiness;
  /** What POST /v1/positions was given, and what it answers. */
  pushed: unknown[];
  judge: (item: unknown, index: number) => PositionResult;
  /** Lines that the server logged. */
  logged: string[];
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Registers a vehicle with a fix at the place and tells the stream. */
  put(id: string, place?: Partial<Position>, facts?: Partial<Vehicle>): Vehicle;
  delete(id: string): Promise<void>;
}

/** The real server with everything behind it in memory, on a free port; ends with the test. */
export async function startTestApi(options: Partial<ApiOptions> = {}): Promise<TestApi> {
  const catalog = new Catalog();
  const fleet = new Fleet();
  const log = new FakeLog();
  const registry = new Registry(catalog, log, () => Date.now());
  const history = new FakeHistory();
  const travel = new FakeTravel();
  const uploads = new FakeUploads();
  const media = await MediaFiles.open({ dir: await tempDir(), maxBytes: 2 ** 30 });
  const book = new CommandBook();
  const commandParts = { book, registry, protocols: commanded, clock: Date.now };
  const dispatcher = new CommandDispatcher(commandParts);
  const desk = new CommandDesk({ ...commandParts, dispatcher });
  const logged: string[] = [];
  const fenceLog = (line: string) => logged.push(line);
  const terminalFences = new TerminalFences({ ...commandParts, catalog, desk, dispatcher, log: fenceLog });
  onTestFinished(() => {
    terminalFences.close();
    dispatcher.close();
  });
  const feed = new AlertFeed();
  await feed.load(await tempDir(), { epoch: 'e1', alertNumber: 0, open: [] });
  const deliveries = await Deliveries.open({
    dir: await tempDir(),
    alerts: feed,
    clock: Date.now,
    log: (line) => logged.push(line),
    backoff: { firstMs: 10, lastMs: 100 },
  });
  onTestFinished(() => deliveries.stop());
  const webhooks = await Webhooks.start({
    catalog,
    registry,
    alerts: feed,
    deliveries,
    guard: new TargetGuard({ networks: ['127.0.0.0/8'], hosts: [] }),
    wantsOf: newsOf,
    key: KEY,
    version: '0.0.0-test',
    clock: Date.now,
  });
  const quarantined: QuarantineEntry[] = [];
  const pushed: unknown[] = [];
  const readiness: Readiness = {
    ready: true,
    parts: {
      spool: { state: 'ok' },
      database: { state: 'ready' },
      engine: { state: 'ready' },
      writer: { state: 'ready' },
    },
    node: { role: 'all', state: 'alone', lagSeconds: 0 },
  };
  const audited: AuditRecord[] = [];
  const audit: ApiDeps['audit'] = {
    list: async ({ after, limit }) => audited.filter(({ seq }) => !after || seq < after.seq).slice(0, limit),
  };
  const frames = new Map<number, RawFrame[]>();
  const deps: ApiDeps = {
    catalog,
    fleet,
    registry,
    alerts: feed,
    history,
    rehearsals: new Rehearsals(
      { catalog: () => catalog, history, audit },
      new URL('../../dist/parts/rehearsal-worker.js', import.meta.url),
    ),
    travel,
    uploads,
    audit,
    frames: {
      list: async ({ vehicleNo, from, to, after, limit }) =>
        (frames.get(vehicleNo) ?? [])
          .filter(({ fixTime }) => fixTime >= from && fixTime < to && (!after || fixTime > after.fixTime))
          .slice(0, limit),
    },
    media,
    commands: {
      types: desk.types,
      give: (input) => desk.give(input),
      get: (id) => book.get(id),
      all: () => book.all(),
      subscribe: (listener) => dispatcher.subscribe(listener),
      counts: () => ({ alive: book.alive, ended: dispatcher.ended, refused: desk.refused, unmatchedResponses: 0 }),
    },
    terminalFences,
    webhooks,
    deliveries: () => deliveries.totals(),
    mqttAlerts: () => deliveries.receiver('mqtt'),
    acceptPositions: async (items) => {
      pushed.push(...items);
      return items.map((item, i) => test.judge(item, i));
    },
    answers: new KeptAnswers(new AnswerBook(), registry),
    describeItems: (source, items) => ({ source, bytes: items.length }),
    protocols: protocols.flatMap(({ tools }) => tools ?? []),
    quirkBooks: new Map(protocols.flatMap(({ name, quirks }) => (quirks ? [[name, quirks]] : []))),
    quarantine: {
      list: (limit, before = Infinity) => quarantined.filter(({ number }) => number < before).slice(0, limit),
      get: (number) => quarantined.find((entry) => entry.number === number),
      groups: () => test.quarantineGroups,
      run: async (...asked) => {
        test.reruns.push(asked);
        return test.rerunResults;
      },
    },
    stats: () => stats(api?.streamStats() ?? { clients: 0, subscriptions: 0 }),
    readiness: () => readiness,
    forward: null,
    log: pino({ level: 'error' }, { write: (line: string) => logged.push(line) }),
  };
  const api = await startApi(deps, {
    host: '127.0.0.1',
    port: 0,
    adminKey: KEY,
    version: '0.0.0-test',
    fenceWorker: new URL('../../dist/api/fences/fence-reader-worker.js', import.meta.url),
    ...options,
  });
  onTestFinished(() => api.close());
  const url = `http://127.0.0.1:${api.port}`;
  const authorization = `Bearer ${KEY}`;

  const test: TestApi = {
    url,
    api,
    catalog,
    fleet,
    registry,
    log,
    feed,
    deliveries,
    history,
    travel,
    uploads,
    media,
    dispatcher,
    audited,
    frames,
    quarantined,
    quarantineGroups: [],
    reruns: [],
    rerunResults: [],
    readiness,
    pushed,
    judge: () => ({ ok: true }),
    logged,
    get: (path, headers = {}) => fetch(url + path, { headers: { authorization, ...headers } }),
    send(method, path, body, headers = {}) {
      const plain = typeof body === 'string' || body instanceof Uint8Array;
      return fetch(url + path, {
        method,
        headers: { authorization, 'content-type': 'application/json', ...headers },
        body: body === undefined ? undefined : plain ? (body as string) : JSON.stringify(body),
      });
    },
    put(id, place = {}, facts = {}) {
      void registry.putVehicle({ id, ...facts });
      const vehicle = catalog.vehicleById(id)!;
      fleet.apply(fix(vehicle.no, place));
      api.changed([vehicle.no]);
      return vehicle;
    },
    async delete(id) {
      await test.send('DELETE', `/v1/vehicles/${id}`);
    },
  };
  return test;
}

/** A good fix of now at 120.3, 31.5. */
export function fix(vehicleNo: number, given: Partial<Position> = {}): Position {
  const now = Date.now();
  const plain = { lon: 120.3, lat: 31.5, speedKmh: 36, headingDeg: 90, altitudeM: 7, flags: LOCATED };
  const source = sourceNumber('jt808');
  return Object.assign(new Position(), { ...plain, vehicleNo, source, fixTime: now, receivedTime: now, ...given });
}

let alertCount = 0;

/** An alert in its first form; ids count up, in the alphabet of real ones. */
export function alert(given: Partial<Alert> = {}): Alert {
  const id = (++alertCount).toString(2).padStart(26, '0').replace(/0/g, 'a').replace(/1/g, 'b');
  const time = '2024-05-01T08:00:00.000Z';
  return {
    id,
    type: 'fence-enter',
    severity: 'warning',
    state: 'raised',
    vehicleId: 'v1',
    plate: null,
    fenceId: 'f1',
    ruleId: 'fence:f1:enter',
    ruleRevision: 1,
    occurredAt: time,
    detectedAt: time,
    clearedAt: null,
    clearReason: null,
    position: positionJson(fix(1), 'v1'),
    evidence: { limit: 40 },
    company: null,
    region: null,
    ...UNTOUCHED,
    revision: 1,
    ...given,
  };
}

export function transition(number: number, of: Alert, kind: AlertTransition['transition'] = 'raised'): AlertTransition {
  return { number, inputSeq: number, transition: kind, alert: of };
}

/** The engine's word on what a person said: the change that the log has, taken in. */
export function heard(number: number, of: Alert, change: Change): AlertTransition {
  if (change.type !== 'alert-actions') throw new Error(`${change.type} is not what anybody says of an alert`);
  const { by, word, at } = change;
  return { ...transition(number, of, word.action), by, word, at: new Date(at).toISOString() };
}

function stats(stream: LiveStats['stream']): LiveStats {
  return {
    since: '2024-05-01T00:00:00.000Z',
    frames: { received: 12, handled: 10, rejected: { 'bad-checksum': 2 } },
    fixes: { received: 10, accepted: 9, pending: 0, rejected: { 'bad-time': 1 }, bySource: { jt808: 10 } },
    log: { accepted: 9, lastSeq: 11, bytes: 4096, quotaBytes: 1_000_000, state: 'ok' },
    store: {
      state: 'ready',
      storedNew: 8,
      duplicate: 1,
      conflict: 0,
      quarantined: 0,
      missed: 0,
      watermark: 11,
      inSpool: 0,
      lagSeconds: 0.2,
    },
    engine: {
      evaluated: 8,
      notEvaluable: { late: 1 },
      watermark: 11,
      inSpool: 0,
      stepFailures: {},
      alerts: { overspeed: 3 },
      clocksGivenUp: 0,
    },
    connections: {
      open: 4,
      authenticated: 3,
      accepted: 9,
      closed: { idle: 2, peer: 3 },
      authFailures: 1,
      pauses: { spool: 0, rate: 2 },
      waiting: { frames: 3, bytes: 200 },
    },
    ackLatency: { boundsSeconds: [0.001, 0.01], counts: [5, 3, 1], sumSeconds: 0.125 },
    uploads: { driver: 1 },
    media: {
      open: 0,
      memoryBytes: 0,
      memoryLimitBytes: 1024,
      complete: 2,
      incomplete: 1,
      parts: { taken: 12, repeated: 3 },
      asked: 1,
      diskFailures: 0,
      attachments: {},
      files: { count: 3, bytes: 4096, deleted: 0, deletedBytes: 0 },
    },
    mqtt: {
      ...{ broker: 'own', state: 'listening', detail: '', clients: 1 },
      messages: { received: 3, handled: 2, rejected: { 'not-json': 1 }, byCodec: { v1: 3 }, repeated: 0, retained: 0 },
      ...{ events: {}, unacknowledged: 0, pauses: 0, connects: 0, refused: {} },
    },
    alertsOut: { delivered: 5, behind: 1, deadLetters: 2 },
    positionsOut: { published: 7, failed: 1, waiting: 2 },
    files: { done: 2, failed: 1, received: 9, taken: 6, refused: 2, pending: 1, waits: 1 },
    dialOut: { sources: 2, dialled: 5, connecting: 1, connected: 1, ended: { silent: 2, refused: 1 }, pauses: 1 },
    datagrams: { received: 5, taken: 4, lost: 1 },
    vehicles: { known: 2, online: 1 },
    stream,
  };
}
