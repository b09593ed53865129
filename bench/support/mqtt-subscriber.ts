import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type BrokerAddress, connectBroker, type MqttClient } from '../../broker/connect.js';
import { Subscriber } from '../../ingest/mqtt/subscriber.js';
import { Spool } from '../../store/spool.js';
import { mqttParts } from './mqtt-parts.js';

/**
 * How a message is acknowledged: by the library at once, with nothing done (`nothing`); by the library when the log has it, one
 * message after the other, on one connection (`serial`) or on sixteen that share (`parallel`); as the product does (`pipeline`).
 */
export type SubscriberDesign = 'nothing' | 'serial' | 'parallel' | 'pipeline';

export interface SubscriberJob {
  design: SubscriberDesign;
  port: number;
  /** Of the kept session, or what the names of several begin with. */
  clientId: string;
  filter: string;
  /** What is to come. */
  messages: number;
  fixes: number;
  /** Only makes the session, so that what is published from now on waits in it. */
  prepareOnly: boolean;
}

export interface SubscriberResult {
  seconds: number;
  cpuSeconds: number;
  /** Flushes of the log; 0 where there is none. */
  flushes: number;
  acknowledged: number;
}

const CONNECTIONS = 16;
const CHECK_MS = 5;

const job = JSON.parse(await text(process.stdin)) as SubscriberJob;
const address: BrokerAddress = {
  ...{ url: `mqtt://127.0.0.1:${job.port}`, version: '3.1.1', user: null, password: null },
  ...{ caFile: null, certFile: null, keyFile: null },
};
const shared = job.design === 'parallel';
const names = shared ? Array.from({ length: CONNECTIONS }, (_, i) => `${job.clientId}-${i}`) : [job.clientId];
const topic = shared ? `$share/bench/${job.filter}` : job.filter;

if (job.prepareOnly) {
  for (const clientId of names) await (await subscribed(clientId)).endAsync();
} else {
  console.log(JSON.stringify(await measure()));
}

async function subscribed(clientId: string, handle?: MqttClient['handleMessage']): Promise<MqttClient> {
  const client = await connectBroker(address, { clientId, keepSession: true });
  if (handle !== undefined) client.handleMessage = handle;
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => client.subscribe(topic, { qos: 1 }, (error) => (error ? reject(error) : resolve())));
    client.once('error', reject);
  });
  return client;
}

async function measure(): Promise<SubscriberResult> {
  const begun = performance.now();
  const before = process.cpuUsage();
  const { acknowledged, flushes } = await (job.design === 'nothing' ? nothing() : durable());
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { seconds, cpuSeconds: (user + system) / 1e6, flushes, acknowledged };
}

async function nothing(): Promise<Pick<SubscriberResult, 'acknowledged' | 'flushes'>> {
  let acknowledged = 0;
  const client = await subscribed(job.clientId, (_, next) => {
    acknowledged++;
    next();
  });
  await until(() => acknowledged >= job.messages);
  await client.endAsync();
  return { acknowledged, flushes: 0 };
}

/** A real log on disk, and everything between it and the broker. */
async function durable(): Promise<Pick<SubscriberResult, 'acknowledged' | 'flushes'>> {
  const dir = await mkdtemp(join(tmpdir(), 'cheji-bench-mqtt-'));
  const spool = await Spool.open({ dir });
  const { source, intake, whenAccepted } = mqttParts(spool);
  let acknowledged = 0;
  let close: () => Promise<unknown>;
  if (job.design === 'pipeline') {
    const count = (_: number, messages: number) => (acknowledged += messages);
    const to = { address, clientId: job.clientId, share: null, source, intake, whenAccepted };
    const subscriber = await Subscriber.start({ ...to, acknowledged: count, log: () => {} });
    close = () => subscriber.close();
  } else {
    const clients = await Promise.all(
      names.map((clientId) =>
        subscribed(clientId, ({ topic, payload }, next) => {
          source.take({ topic, payload: payload as Buffer, retained: false, repeated: false, address: null });
          whenAccepted(() => {
            acknowledged++;
            next();
          });
        }),
      ),
    );
    close = () => Promise.all(clients.map((client) => client.endAsync()));
  }
  await until(() => acknowledged >= job.messages && spool.fixesAccepted >= job.fixes);
  if (spool.fixesAccepted !== job.fixes) throw new Error(`${spool.fixesAccepted} fixes in the log, not ${job.fixes}`);
  const { flushes } = spool.stats();
  await close();
  await spool.close();
  await rm(dir, { recursive: true });
  return { acknowledged, flushes };
}

function until(done: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!done()) return;
      clearInterval(timer);
      resolve();
    }, CHECK_MS);
  });
}
