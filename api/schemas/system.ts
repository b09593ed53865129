import { z } from 'zod';
import type { LiveStats } from '../../model/stats.js';
import { time } from './common.js';

/** What the server says of itself. */

const tally = z.record(z.string(), z.int()).describe('count by label');

export const liveStatsSchema = z
  .object({
    since: time,
    frames: z.object({ received: z.int(), handled: z.int(), rejected: tally }),
    fixes: z.object({ received: z.int(), accepted: z.int(), pending: z.int(), rejected: tally, bySource: tally }),
    log: z.object({
      accepted: z.int(),
      lastSeq: z.int(),
      bytes: z.int(),
      quotaBytes: z.int(),
      state: z.enum(['ok', 'filling', 'full', 'failed']),
    }),
    store: z.object({
      state: z.enum(['ready', 'away', 'starting']),
      storedNew: z.int(),
      duplicate: z.int(),
      conflict: z.int().describe('those among the duplicates whose payload was another one'),
      quarantined: z.int(),
      missed: z.int().describe('gone from the log before this database had them'),
      watermark: z.int().describe('number of the last record that is in the database'),
      inSpool: z.int(),
      lagSeconds: z.number(),
    }),
    engine: z.object({
      evaluated: z.int(),
      notEvaluable: tally,
      watermark: z.int().describe('number of the last record that the engine has taken in'),
      inSpool: z.int(),
      stepFailures: tally,
      alerts: tally,
      clocksGivenUp: z.int().describe('alerts whose clocks stopped because too many ran'),
    }),
    connections: z.object({
      open: z.int(),
      authenticated: z.int(),
      accepted: z.int(),
      closed: tally,
      authFailures: z.int(),
      pauses: z.object({ spool: z.int(), rate: z.int() }).describe('how often reading stopped, by what for'),
      waiting: z
        .object({ frames: z.int(), bytes: z.int() })
        .describe('what terminals sent, registrations among it, that waits until the log has room'),
    }),
    ackLatency: z
      .object({ boundsSeconds: z.array(z.number()), counts: z.array(z.int()), sumSeconds: z.number() })
      .describe(
        'from the arrival of a fix to the departure of its acknowledgement: counts per bucket, the last over all bounds',
      ),
    uploads: tally.describe('what terminals reported besides fixes, by kind'),
    media: z.object({
      open: z.int().describe('pictures and the like of which not every part has come'),
      memoryBytes: z.int(),
      memoryLimitBytes: z.int(),
      complete: z.int(),
      incomplete: z.int().describe('given up, and kept as they were'),
      parts: tally,
      asked: z.int().describe('how often missing parts were asked for'),
      diskFailures: z.int(),
      attachments: tally.describe('files of alarms by what became of them, and what was refused'),
      files: z.object({ count: z.int(), bytes: z.int(), deleted: z.int(), deletedBytes: z.int() }),
    }),
    mqtt: z.object({
      broker: z.enum(['off', 'own', 'outside']),
      state: z.enum(['off', 'listening', 'connected', 'away', 'refused']),
      detail: z.string().describe('why it is away or refused'),
      clients: z.int().describe('of our own broker'),
      messages: z.object({
        received: z.int(),
        handled: z.int(),
        rejected: tally,
        byCodec: tally,
        repeated: z.int().describe('the broker says that they were sent before'),
        retained: z.int().describe('kept by the broker from before we subscribed'),
      }),
      events: tally.describe('what publishers told besides fixes'),
      unacknowledged: z.int().describe('messages whose acknowledgement waits for the log'),
      pauses: z.int().describe('how often reading stopped for want of room in the log'),
      connects: z.int().describe('connections to an outside broker that were made'),
      refused: tally.describe('what our own broker refused, by why'),
    }),
    positionsOut: z
      .object({
        published: z.int(),
        failed: z.int().describe('tries'),
        waiting: z.int().describe('vehicles whose newest position is not published yet'),
      })
      .describe('positions published over MQTT'),
    alertsOut: z
      .object({
        delivered: z.int(),
        behind: z.int().describe('steps of the alert log'),
        deadLetters: z.int().describe('refused by the broker, and kept: /v1/mqtt/alerts/dead-letters'),
      })
      .nullable()
      .describe('alerts published over MQTT; null: none are'),
    files: z
      .object({
        done: z.int().describe('files'),
        failed: z.int().describe('files'),
        received: z.int().describe('positions and sentences: taken + refused + pending'),
        taken: z.int(),
        refused: z.int(),
        pending: z.int(),
        waits: z.int().describe('how often it waited for room in the log'),
      })
      .describe('the watched directory'),
    dialOut: z
      .object({
        sources: z.int(),
        dialled: z.int().describe('connecting + connected + Σ ended'),
        connecting: z.int(),
        connected: z.int(),
        ended: tally,
        pauses: z.int().describe('how often one was not read for want of room in the log'),
      })
      .describe('servers of AIS that we connect to'),
    datagrams: z
      .object({ received: z.int(), taken: z.int(), lost: z.int().describe('came while the log was full') })
      .describe('of AIS over UDP'),
    vehicles: z.object({ known: z.int(), online: z.int() }),
    stream: z.object({ clients: z.int(), subscriptions: z.int() }),
  })
  .meta({ id: 'LiveStats' }) satisfies z.ZodType<LiveStats>;

const partState = z.object({ state: z.string(), detail: z.string().optional() });

export const readinessSchema = z
  .object({
    ready: z
      .boolean()
      .describe(
        'input is taken and kept, or on a node of the API: there is something to show; the database has no say in it',
      ),
    parts: z
      .object({ spool: partState, database: partState, engine: partState, writer: partState })
      .partial()
      .describe('those that this node has'),
    node: z
      .object({
        role: z.enum(['all', 'api']),
        state: z.enum(['alone', 'publishing', 'away', 'second', 'level', 'stale']),
        lagSeconds: z
          .number()
          .describe('since when this node, or of the main node Redis, has lacked something of the log'),
        detail: z.string().optional(),
        olderAlerts: tally
          .optional()
          .describe('pages of older alerts that the main node was asked for: fetched, gone, away'),
      })
      .describe('what this process is among several'),
  })
  .meta({ id: 'Readiness' });
