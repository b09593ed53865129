import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { AlertFeed } from './alerts/log/feed.js';
import { announce, announceApiNode } from './announce.js';
import type { Readiness } from './api/deps.js';
import { startApi } from './api/server.js';
import { localUrl } from './config/local-url.js';
import type { Settings } from './config.js';
import { CommandDesk } from './ingest/command-desk.js';
import { CommandDispatcher } from './ingest/commands.js';
import { HttpSource } from './ingest/http-source.js';
import { IngestStats } from './ingest/ingest-stats.js';
import { Intake } from './ingest/intake.js';
import { MediaUploads } from './ingest/media-uploads.js';
import { Quarantine } from './ingest/quarantine.js';
import { ReceiveClock } from './ingest/receive-clock.js';
import { Rerun } from './ingest/rerun.js';
import { TerminalFences } from './ingest/terminal-fences.js';
import { Uploads } from './ingest/uploads.js';
import { createLog } from './log.js';
import { Fleet } from './model/fleet.js';
import { countOnline } from './model/online.js';
import type { LiveStats } from './model/stats.js';
import { alertsOut, mqttAlerts, openDeliveries, publishAlerts } from './parts/alert-deliveries.js';
import { startApiNode } from './parts/api-node.js';
import { apiOptions } from './parts/api-options.js';
import { openAttachmentPort } from './parts/attachment-port.js';
import { Database } from './parts/database.js';
import { EngineThread } from './parts/engine-thread.js';
import { Housekeeping } from './parts/housekeeping.js';
import { keepingOf } from './parts/keeping.js';
import { MqttFeeds } from './parts/mqtt-feeds.js';
import { NodePublishing } from './parts/node-publishing.js';
import { publishPositions } from './parts/position-publishing.js';
import { protocolTools } from './parts/protocol-tools.js';
import { Rehearsals } from './parts/rehearsal.js';
import type { Running } from './parts/running.js';
import { openTerminalPorts } from './parts/terminal-ports.js';
import { watchFiles } from './parts/watched-files.js';
import { commanded, protocols } from './protocols/index.js';
import { checkpointSeq } from './store/checkpoint.js';
import { openDataDir, secretFile } from './store/data-dir.js';
import { KeptAnswers } from './store/kept-answers.js';
import { logId } from './store/log-id.js';
import { MediaFiles } from './store/media-files.js';
import { Registry } from './store/registry.js';
import { ShownState } from './store/shown-state.js';
import { Spool } from './store/spool.js';
import { StoredGate } from './store/stored-gate.js';

const THREAD_GRACE_MS = 15_000;
/** How long an end waits for a disk that takes nothing. */
const SETTLE_MS = 10_000;
/** Beyond this share of the log's quota pictures have to wait (reliability sheet §4). */
const MEDIA_WAIT_AT = 0.9;

/** Builds the parts, starts them in order, and joins them. Rejects with a sentence for people where that cannot be. */
export async function start(settings: Settings, log: Logger = createLog(settings.logLevel)): Promise<Running> {
  if (settings.role === 'api') {
    const running = await startApiNode(settings, log);
    announceApiNode(running);
    return running;
  }
  const since = new Date();
  const dir = openDataDir(settings.dataDir);
  const adminKey = settings.adminKey ?? secretFile(dir.keys, 'admin.key');
  const clock = new ReceiveClock((ms) => log.warn(`the system clock jumped by ${Math.round(ms)} ms`));
  const now = () => clock.now();
  const warn = (line: string) => log.warn(line);

  // The log, and what it says so far.
  const spool = await Spool.open({
    dir: dir.spool,
    segmentBytes: settings.spoolSegmentBytes,
    maxBytes: settings.spoolMaxBytes ?? undefined,
    ackLevel: settings.ackLevel === 'write' ? 'write' : 'fsync',
    fsyncMs: settings.spoolFsyncMs,
    // A log that was lost must not give numbers again that a checkpoint has seen.
    notBefore:
      1 + Math.max(await checkpointSeq(dir.checkpoints, 'main'), await checkpointSeq(dir.checkpoints, 'engine')),
    onError: (error) => log.error({ err: error }, 'a follower of the log failed'),
  });
  spool.onState((state, detail) => log.warn(`spool: ${state}${detail ? `, ${detail}` : ''}`));
  const state = await ShownState.restore(dir.checkpoints, dir.spool, () => spool.committedSeq);
  const head = Fleet.from(state.fleet.snapshot());

  // What may write to it.
  const gate = settings.ackLevel === 'stored' ? new StoredGate(spool) : null;
  const acceptLog = gate ?? spool;
  const whenAccepted = (fn: () => void) => acceptLog.whenAccepted(fn);
  const registry = new Registry(state.catalog, acceptLog, now);
  const admin = registry.as('admin'); // whoever has the key
  const stats = new IngestStats();
  const quarantine = new Quarantine();
  const policy = {
    time: settings.timePolicy,
    retentionMs: settings.retentionDays * 86_400_000,
    region: settings.region,
  };
  const intake = new Intake({ log: acceptLog, head, policy, stats, quarantine, keepRaw: settings.keepRaw });
  const { registrationRequired, maxVehicles, sourceDatums: datums } = settings;
  const http = new HttpSource({ intake, registry, clock, registrationRequired, maxVehicles, datum: datums.http });
  const audit = (facts: Record<string, unknown>, message: string) => log.info(facts, message);
  const rerun = new Rerun({ quarantine, protocols, catalog: state.catalog, datums, intake, clock, log: audit });

  // What follows it.
  const feed = new AlertFeed();
  const node = await logId(dir.spool);
  const engine = new EngineThread({ dir, spool, feed, log });
  const database = new Database({
    dir,
    url: settings.databaseUrl,
    node,
    keeping: keepingOf(settings),
    spool,
    alertsShared: engine.alertsShared,
    catalog: () => ({
      ...state.catalog.snapshot(),
      roads: [...state.catalog.roads.all()],
      commands: state.commands.snapshot(),
    }),
    onStored: (seq, fixes) => gate?.stored(seq, fixes),
    log,
  });

  // From here on the log grows.
  if (!isDeepStrictEqual(state.catalog.settings, settings.rules)) {
    void registry.as('settings').putSettings(settings.rules);
  }

  /** How the parts that have begun are let go of, where one after them cannot be had. */
  const begun: (() => unknown)[] = [];
  let listening = false; // false again from the moment we are asked to stop
  // What terminals are told: after the database, which wants to see the log before anything new is in it.
  const commandParts = { book: state.commands, registry, protocols: commanded, clock: now };
  const dispatcher = new CommandDispatcher(commandParts);
  const desk = new CommandDesk({ ...commandParts, dispatcher });
  const terminalFences = new TerminalFences({ ...commandParts, catalog: state.catalog, desk, dispatcher, log: warn });
  begun.push(() => dispatcher.close());
  begun.push(() => terminalFences.close());

  const nodes = new NodePublishing(spool.committedSeq);
  const readiness = (): Readiness => {
    const ready = listening && (spool.state === 'ok' || spool.state === 'filling');
    const kept = spool.fixesAccepted - database.fixesStored;
    const parts = { spool: { state: spool.state }, database: database.state(kept), engine: engine.state() };
    return { ready, parts: { ...parts, writer: database.writerState() }, node: nodes.state() };
  };
  const options = apiOptions(settings);
  const liveStats = (): LiveStats => ({
    since: since.toISOString(),
    frames: stats.frames(),
    fixes: intake.counts(),
    log: {
      accepted: spool.fixesAccepted,
      lastSeq: spool.committedSeq,
      bytes: spool.bytes,
      quotaBytes: spool.maxBytes,
      state: spool.state,
    },
    store: database.stats(spool.fixesAccepted),
    engine: engine.stats(spool.fixesAccepted),
    connections: stats.connections(),
    ackLatency: stats.ackLatency.snapshot(),
    uploads: { ...uploads.counts },
    media: { ...media.stats(), attachments: { ...attachments?.counts } },
    mqtt: mqtt.stats(),
    alertsOut: alertsOut(deliveries),
    positionsOut: positions?.stats() ?? { published: 0, failed: 0, waiting: 0 },
    ...stats.otherWays(),
    vehicles: {
      known: state.catalog.vehicles.size,
      online: countOnline(state.fleet, Date.now(), options),
    },
    stream: api.streamStats(),
  });

  // What terminals send besides fixes. Media that the last run left unfinished are taken up again.
  const files = await MediaFiles.open({ dir: dir.media, maxBytes: settings.mediaMaxBytes }).catch(abandon);
  const uploads = new Uploads(registry);
  const mediaMustWait = () => spool.bytes >= spool.maxBytes * MEDIA_WAIT_AT;
  const mediaParts = { files, uploads, whenAccepted, paused: mediaMustWait, clock: now, log: warn };
  const media = await MediaUploads.open(mediaParts).catch(abandon);
  begun.push(() => media.close());
  const attachmentParts = { ...mediaParts, catalog: state.catalog, alerts: feed, desk };
  const attachments = await openAttachmentPort(settings, attachmentParts).catch(abandon);
  begun.push(() => attachments?.close());
  const deliveryParts = { dir, alerts: feed, registry: admin, clock: now, log };
  const { deliveries, webhooks } = await openDeliveries(settings, deliveryParts).catch(abandon);
  begun.push(() => deliveries.stop());

  // By what fixes come.
  const ways = {
    registry,
    intake,
    stats,
    quarantine,
    clock,
    whenAccepted,
    uploads,
    media,
    commands: dispatcher,
    log: (level: 'info' | 'warn', message: string) => log[level](message),
  };
  const secret = (name: string) => secretFile(dir.keys, name);
  const mqtt = new MqttFeeds(settings, { ...ways, secret, node });
  const positions = publishPositions(settings, { state, outlet: mqtt, log });
  begun.push(() => mqtt.close());
  begun.push(() => positions?.stop());

  const { reads } = database;
  // What the outside sees. First the API: who asks whether we are ready is answered from the beginning.
  const api = await startApi(
    {
      catalog: state.catalog,
      fleet: state.fleet,
      registry: admin,
      alerts: feed,
      ...reads,
      rehearsals: new Rehearsals({ catalog: () => state.catalog, ...reads }),
      media: files,
      commands: {
        types: desk.types,
        give: (input) => desk.give(input),
        get: (id) => state.commands.get(id),
        all: () => state.commands.all(),
        subscribe: (listener) => dispatcher.subscribe(listener),
        counts: () => ({
          alive: state.commands.alive,
          ended: dispatcher.ended,
          refused: desk.refused,
          unmatchedResponses: dispatcher.unmatchedResponses,
        }),
      },
      terminalFences,
      webhooks,
      mqttAlerts: () => mqttAlerts(deliveries),
      deliveries: () => deliveries.totals(),
      acceptPositions: (items, address) => http.accept(items, address),
      answers: new KeptAnswers(state.answers, registry),
      ...protocolTools,
      quarantine: {
        list: (limit, before) => quarantine.list(limit, before),
        get: (number) => quarantine.get(number),
        groups: () => rerun.groups(),
        run: (wanted, apply, by) => rerun.run(wanted, apply, by),
      },
      stats: liveStats,
      readiness,
      forward: null,
      log,
    },
    { ...options, port: settings.httpPort, adminKey },
  ).catch(abandon);
  begun.push(() => api.close());

  spool.onCommit((blocks) => {
    const moved = new Set<number>();
    for (const block of blocks) state.apply(block, (no) => moved.add(no));
    if (moved.size > 0) api.changed(moved);
    positions?.moved(moved);
    engine.wake();
    database.wake();
    nodes.wake();
  });

  const key = secretFile(dir.keys, 'terminal.key');
  const terminals = await openTerminalPorts(settings, { ...ways, key }).catch(abandon);
  begun.push(() => terminals.close());
  await mqtt.open().catch(abandon);
  const watched = await watchFiles(settings, ways).catch(abandon);
  database.start();
  nodes.start(settings, { spool, spoolDir: dir.spool, node, state, alerts: feed, deliveries, port: api.port, log });
  const { mqttAlerts: topic, mqttAlertsFilter: filter } = settings;
  if (topic) publishAlerts({ topic, filter }, { deliveries, alerts: feed, outlet: mqtt, log });

  const housekeeping = new Housekeeping({
    spool,
    state,
    registry,
    dispatcher,
    engine,
    database,
    replaying: settings.timePolicy === 'replay',
    clock: now,
    log,
  });

  const url = localUrl(settings.httpHost, api.port);
  const jt808Port = terminals.portOf('jt808');
  const jt905Port = terminals.portOf('jt905');
  listening = true;
  announce({ url, adminKey, settings, jt808Port, jt905Port, mqttPort: mqtt.port, root: dir.root });

  return {
    url,
    httpPort: api.port,
    jt808Port,
    jt905Port,
    mqttPort: mqtt.port,
    adminKey,
    async stop() {
      log.info('stopping');
      listening = false;
      housekeeping.stop();
      positions?.stop();
      await Promise.all([terminals.close(), mqtt.close(), watched?.close()]);
      await attachments?.close();
      await media.close();
      terminalFences.close();
      dispatcher.close();
      const settled = await housekeeping.settle(SETTLE_MS);
      await engine.stop(THREAD_GRACE_MS);
      await deliveries.stop();
      await nodes.stop();
      await api.close();
      await database.stop(THREAD_GRACE_MS);
      if (settled) await housekeeping.truncate().catch(() => {}); // the next start does it
      await spool.close();
      dir.release();
      log.info('stopped');
    },
  };

  /** A part that must be there could not be had: lets go of the others, so that the message is the last word. */
  async function abandon(error: unknown): Promise<never> {
    for (const letGo of begun.reverse()) await Promise.allSettled([Promise.resolve().then(letGo)]);
    await Promise.allSettled([engine.stop(1000), database.stop(1000), spool.close()]);
    dir.release();
    throw error;
  }
}
