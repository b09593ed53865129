import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricType,
  type MetricValueWithName,
  Registry,
} from 'prom-client';
import type { Latencies, LiveStats, Tally } from '../model/stats.js';
import type { DeliveryTotals } from '../model/webhook.js';
import type { CommandCounts, NodeState } from './deps.js';

const LAG_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

/** What the stream has counted since the process started. */
export interface StreamCounts {
  clients: number;
  subscriptions: number;
  sentBytes: number;
  /** Ticks that a slow client did not get; a snapshot made up for them. */
  conflated: number;
  bufferedSum: number;
  bufferedMax: number;
  /** Connections that we ended, by reason. */
  dropped: Tally;
}

type Value = (stats: LiveStats) => number;
type Labelled = (stats: LiveStats) => Tally;

/** Counters of LiveStats that only grow. Names as in the usual set for such systems; see `GET /metrics`. */
const TOTALS: [name: string, help: string, value: Value][] = [
  ['ingest_frames_received_total', 'Complete frames cut out of the input', (s) => s.frames.received],
  ['ingest_frames_handled_total', 'Frames that were understood', (s) => s.frames.handled],
  ['ingest_fixes_received_total', 'Fixes decoded', (s) => s.fixes.received],
  ['ingest_fixes_accepted_total', 'Fixes durable in the spool', (s) => s.fixes.accepted],
  ['store_rows_total', 'Fixes stored as new rows', (s) => s.store.storedNew],
  ['ingest_duplicates_total', 'Fixes that the store had already', (s) => s.store.duplicate],
  ['store_conflicts_total', 'Fixes with the key of another', (s) => s.store.conflict],
  ['store_quarantined_total', 'Fixes that the database refused', (s) => s.store.quarantined],
  ['alert_clocks_given_up_total', 'Alerts whose clocks stopped because too many ran', (s) => s.engine.clocksGivenUp],
  ['engine_evaluated_total', 'Fixes that the rules have judged', (s) => s.engine.evaluated],
  ['ingest_connections_accepted_total', 'Terminal connections taken', (s) => s.connections.accepted],
  ['mqtt_messages_received_total', 'Messages over MQTT', (s) => s.mqtt.messages.received],
  ['mqtt_messages_handled_total', 'Messages over MQTT that were understood', (s) => s.mqtt.messages.handled],
  ['mqtt_messages_repeated_total', 'Messages that were said to be sent before', (s) => s.mqtt.messages.repeated],
  ['mqtt_connects_total', 'Connections to an outside broker that were made', (s) => s.mqtt.connects],
  ['mqtt_positions_published_total', 'Positions that a broker took from us', (s) => s.positionsOut.published],
  ['mqtt_positions_failed_total', 'Tries to publish a position that failed', (s) => s.positionsOut.failed],
  ['mqtt_pauses_total', 'Times that the reading of messages stopped for want of room', (s) => s.mqtt.pauses],
  ['files_items_received_total', 'Positions and sentences of the watched directory', (s) => s.files.received],
  ['files_waits_total', 'Times that the watched directory waited for room in the log', (s) => s.files.waits],
  ['feed_sources_dialled_total', 'Connections to servers of a feed that were tried', (s) => s.dialOut.dialled],
  ['feed_sources_pauses_total', 'Times that one was not read for want of room', (s) => s.dialOut.pauses],
  ['ingest_datagrams_received_total', 'Datagrams of AIS', (s) => s.datagrams.received],
  ['ingest_datagrams_lost_total', 'Datagrams that came while the log was full', (s) => s.datagrams.lost],
  ['ingest_auth_failures_total', 'Authentications that failed', (s) => s.connections.authFailures],
];

const TOTALS_BY_LABEL: [name: string, help: string, label: string, values: Labelled][] = [
  ['ingest_positions_total', 'Fixes decoded', 'source', (s) => s.fixes.bySource],
  ['ingest_decode_errors_total', 'Frames refused', 'reason', (s) => s.frames.rejected],
  ['ingest_fixes_rejected_total', 'Fixes refused', 'reason', (s) => s.fixes.rejected],
  ['ingest_connections_closed_total', 'Terminal connections that ended', 'reason', (s) => s.connections.closed],
  ['ingest_pauses_total', 'Times that reading stopped', 'reason', (s) => s.connections.pauses],
  ['mqtt_messages_rejected_total', 'Messages refused', 'reason', (s) => s.mqtt.messages.rejected],
  ['mqtt_messages_total', 'Messages over MQTT', 'codec', (s) => s.mqtt.messages.byCodec],
  ['mqtt_broker_refused_total', 'What the embedded broker refused', 'reason', (s) => s.mqtt.refused],
  ['engine_not_evaluable_total', 'Fixes that the rules do not judge', 'reason', (s) => s.engine.notEvaluable],
  ['engine_step_failures_total', 'Failures inside a step of the engine', 'step', (s) => s.engine.stepFailures],
  ['alerts_total', 'Alerts raised', 'kind', (s) => s.engine.alerts],
  ['files_total', 'Files of the watched directory', 'outcome', (s) => pick(s.files, 'done', 'failed')],
  ['files_items_total', 'Positions and sentences of them', 'outcome', (s) => pick(s.files, 'taken', 'refused')],
  ['feed_sources_ended_total', 'Connections to servers of a feed that ended', 'reason', (s) => s.dialOut.ended],
  ['ingest_uploads_total', 'Reports of terminals that are no fixes', 'kind', (s) => s.uploads],
  ['media_parts_total', 'Parts of pictures and the like, by what became of them', 'outcome', (s) => s.media.parts],
  ['media_attachments_total', 'Files of alarms, and what was refused', 'outcome', (s) => s.media.attachments],
  ['media_total', 'Pictures and the like, finished', 'outcome', (s) => pick(s.media, 'complete', 'incomplete')],
];

const GAUGES: [name: string, help: string, value: Value][] = [
  ['ingest_fixes_pending', 'Fixes taken and not yet durable', (s) => s.fixes.pending],
  ['spool_bytes', 'Bytes of the spool on disk', (s) => s.log.bytes],
  ['spool_quota_bytes', 'Bytes that the spool may take', (s) => s.log.quotaBytes],
  ['spool_last_seq', 'Sequence number of the newest record', (s) => s.log.lastSeq],
  ['store_queue_rows', 'Fixes accepted and not yet stored', (s) => s.store.inSpool],
  ['store_lag_seconds', 'Age of the oldest fix not yet stored', (s) => s.store.lagSeconds],
  ['store_ready', '1 while the database takes rows', (s) => (s.store.state === 'ready' ? 1 : 0)],
  ['engine_queue_fixes', 'Fixes accepted and not yet judged', (s) => s.engine.inSpool],
  ['ingest_connections', 'Terminal connections open', (s) => s.connections.open],
  [
    'ingest_connections_authenticated',
    'Terminal connections that have authenticated',
    (s) => s.connections.authenticated,
  ],
  [
    'ingest_waiting_frames',
    'Frames of terminals that wait until the log has room',
    (s) => s.connections.waiting.frames,
  ],
  ['ingest_waiting_bytes', 'Bytes of those frames', (s) => s.connections.waiting.bytes],
  ['feed_sources', 'Servers of a feed that we connect to', (s) => s.dialOut.sources],
  ['feed_sources_connected', 'Those that we are connected to', (s) => s.dialOut.connected],
  ['files_items_pending', 'Positions and sentences of files that are in hand', (s) => s.files.pending],
  ['mqtt_up', '1 while messages can come', (s) => Number(/^(listening|connected)$/.test(s.mqtt.state))],
  ['mqtt_clients', 'Clients of the embedded broker', (s) => s.mqtt.clients],
  ['mqtt_positions_waiting', 'Vehicles whose newest position is not published yet', (s) => s.positionsOut.waiting],
  ['mqtt_unacknowledged', 'Messages whose acknowledgement waits for the log', (s) => s.mqtt.unacknowledged],
  ['media_open', 'Pictures and the like of which not every part has come', (s) => s.media.open],
  ['media_memory_bytes', 'Memory that unfinished media take', (s) => s.media.memoryBytes],
  ['media_files_bytes', 'Bytes of media that are kept', (s) => s.media.files.bytes],
  ['media_deleted_files', 'Media deleted for want of room since the start', (s) => s.media.files.deleted],
  ['vehicles_known', 'Vehicles in the registry', (s) => s.vehicles.known],
  ['vehicles_online', 'Vehicles heard of lately', (s) => s.vehicles.online],
];

function pick<K extends string>(counts: Record<K, number>, ...names: K[]): Tally {
  return Object.fromEntries(names.map((name) => [name, counts[name]]));
}

type DeliveryValue = (totals: DeliveryTotals) => number;

/** By way of delivery: webhook, mqtt. */
const DELIVERY_TOTALS: [name: string, help: string, value: DeliveryValue][] = [
  ['alert_deliveries_total', 'Messages that receivers took', (t) => t.delivered],
  ['alert_delivery_failures_total', 'Tries to deliver that failed', (t) => t.failed],
  ['alert_dead_letters_total', 'Messages put aside because their receiver refuses them', (t) => t.dead],
  ['alert_delivery_gaps_total', 'Times that a receiver was so late that the log had gone on without it', (t) => t.gaps],
];
const DELIVERY_GAUGES: [name: string, help: string, value: DeliveryValue][] = [
  ['alert_receivers', 'Receivers that alerts are brought to', (t) => t.receivers],
  ['alert_receivers_open', 'Receivers that fail so often that they are tried only now and then', (t) => t.open],
  ['alert_delivery_behind', 'Steps of the alert log that the slowest receiver lacks', (t) => t.behind],
  ['alert_dead_letters', 'Messages that are put aside', (t) => t.letters],
];

/** A histogram that is counted elsewhere; a Gauge by birth, because prom-client's Histogram insists on counting itself. */
class AckLatency extends Gauge {
  constructor(
    private readonly counted: () => Latencies,
    registers: Registry[],
  ) {
    super({
      name: 'ack_latency_seconds',
      help: 'From the arrival of a fix to the departure of its acknowledgement',
      registers,
    });
  }

  override async get(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    const { boundsSeconds, counts, sumSeconds } = this.counted();
    let sum = 0;
    const buckets = [...boundsSeconds, '+Inf'].map((le, i) => {
      sum += counts[i];
      return { labels: { le }, value: sum, metricName: 'ack_latency_seconds_bucket' };
    });
    const values = [
      ...buckets,
      { labels: {}, value: sumSeconds, metricName: 'ack_latency_seconds_sum' },
      { labels: {}, value: sum, metricName: 'ack_latency_seconds_count' },
    ];
    // What prom-client declares as a numbered enum is the word itself at run time.
    return { ...(await super.get()), type: 'histogram' as unknown as MetricType, values };
  }
}

/** The series of `GET /metrics`. Nothing in a label comes from outside: never a vehicle, a plate or an address. */
export class ApiMetrics {
  readonly alertLatency: Histogram;
  readonly #registry = new Registry();
  readonly #requests: Counter;
  readonly #seconds: Histogram;
  /** What is told of one scrape: put together once for all of its series. */
  #seen: LiveStats | null = null;
  readonly #loop: IntervalHistogram = monitorEventLoopDelay({ resolution: 10 });

  constructor(
    stats: (() => LiveStats) | null,
    stream: () => StreamCounts,
    fences: () => number,
    commands: () => CommandCounts,
    httpWaits: () => number,
    deliveries: () => Record<string, DeliveryTotals>,
    node: () => NodeState,
  ) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#loop.enable();
    this.#requests = new Counter({
      name: 'http_requests_total',
      help: 'Requests answered',
      labelNames: ['route', 'status'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'http_request_seconds',
      help: 'Time until the answer was ready',
      labelNames: ['route'],
      buckets: LAG_BUCKETS,
      registers,
    });
    this.alertLatency = new Histogram({
      name: 'alert_latency_seconds',
      help: 'From the fix received to the alert written to a socket',
      buckets: LAG_BUCKETS,
      registers,
    });

    if (stats) this.#intake(stats);
    this.#gauge(
      'node_lag_seconds',
      'Since when this node lacks, or Redis, something of the log',
      () => node().lagSeconds,
    );
    this.#gauges('node_state', '1 for what /readyz says of this node among several', 'state', () => ({
      [node().state]: 1,
    }));
    this.#gauges('node_role', '1 for the role of this node', 'role', () => ({ [node().role]: 1 }));
    const olderAlerts = () => node().olderAlerts ?? {};
    const olderHelp = 'Pages of older alerts that the main node was asked for: fetched, gone, away';
    this.#totals('node_older_alert_pages_total', olderHelp, 'outcome', olderAlerts);
    this.#gauge('geo_fences', 'Fences in force', fences);
    this.#gauge('commands_alive', 'Commands to terminals under way', () => commands().alive);
    this.#totals('commands_ended_total', 'Commands that ended', 'state', () => commands().ended);
    this.#totals('commands_refused_total', 'Commands that were not taken', 'reason', () => commands().refused);
    this.#total(
      'commands_unmatched_responses_total',
      'Responses of terminals that no command waited for',
      () => commands().unmatchedResponses,
    );
    this.#gauge('http_waits', 'Long polls and event streams that are open', httpWaits);
    const byWay = (of: (totals: DeliveryTotals) => number) => () =>
      Object.fromEntries(Object.entries(deliveries()).map(([way, totals]) => [way, of(totals)]));
    for (const [name, help, value] of DELIVERY_TOTALS) this.#totals(name, help, 'way', byWay(value));
    for (const [name, help, value] of DELIVERY_GAUGES) this.#gauges(name, help, 'way', byWay(value));
    this.#gauge('ws_clients', 'Stream connections', () => stream().clients);
    this.#gauge('ws_subscriptions', 'Stream subscriptions', () => stream().subscriptions);
    this.#gauge('ws_buffered_bytes_sum', 'Bytes waiting for slow stream clients', () => stream().bufferedSum);
    this.#gauge('ws_buffered_bytes_max', 'Bytes waiting for the slowest of them', () => stream().bufferedMax);
    this.#total('ws_sent_bytes_total', 'Bytes given to stream clients', () => stream().sentBytes);
    this.#total('ws_conflated_total', 'Ticks that a slow client was spared', () => stream().conflated);
    this.#totals('ws_dropped_clients_total', 'Stream connections ended by us', 'reason', () => stream().dropped);
    this.#gauge('event_loop_lag_seconds', 'Longest delay of the main thread since the last scrape', () => {
      const longest = this.#loop.max / 1e9;
      this.#loop.reset();
      return longest;
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    this.#seen = null;
    return this.#registry.metrics();
  }

  /** `route` as the table writes it, never the path that was asked for. */
  answered(route: string, status: number, seconds: number): void {
    this.#requests.inc({ route, status });
    this.#seconds.observe({ route }, seconds);
  }

  stop(): void {
    this.#loop.disable();
    this.#registry.clear();
  }

  /** What a node that takes nothing in does not have. */
  #intake(live: () => LiveStats): void {
    const stats = () => (this.#seen ??= live());
    for (const [name, help, value] of TOTALS) this.#total(name, help, () => value(stats()));
    for (const [name, help, label, values] of TOTALS_BY_LABEL) this.#totals(name, help, label, () => values(stats()));
    for (const [name, help, value] of GAUGES) this.#gauge(name, help, () => value(stats()));
    new AckLatency(() => stats().ackLatency, [this.#registry]);
  }

  #gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(value());
      },
    });
  }

  #gauges(name: string, help: string, label: string, values: () => Tally): void {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.#registry],
      collect() {
        this.reset(); // what was, and is no more
        for (const [key, n] of Object.entries(values())) this.set({ [label]: key }, n);
      },
    });
  }

  // The truth is counted where it happens; at a scrape the series is set to it.
  #total(name: string, help: string, value: () => number): void {
    new Counter({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  }

  #totals(name: string, help: string, label: string, values: () => Tally): void {
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [key, n] of Object.entries(values())) this.inc({ [label]: key }, n);
      },
    });
  }
}
