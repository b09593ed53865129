import { AlertFeed } from '../../alerts/feed.js';
import type { App } from '../../api/app.js';
import { KeyCheck } from '../../api/auth.js';
import type { ApiMetrics } from '../../api/metrics.js';
import { StreamHub } from '../../api/stream/hub.js';
import { startHttpServer } from '../../api/uws.js';
import type { Alert } from '../../model/alert.js';
import { UNTOUCHED } from '../../model/alert-life.js';
import { Catalog } from '../../model/catalog.js';
import { Fleet } from '../../model/fleet.js';
import { Position, positionJson } from '../../model/position.js';
import { answerOrders } from './child.js';
import type { HostOrder } from './stream-orders.js';

/**
 * The product's stream and nothing else of the server, so that it can be held against a bare library: `node
 * stream-host.js KEY` serves /v1/stream; alerts come from whoever started it.
 */
const [key] = process.argv.slice(2);
const feed = new AlertFeed();
await feed.load('/nonexistent', { epoch: 'bench', alertNumber: 0, open: [] }).catch(() => {});
feed.epoch = 'bench';
const deps = {
  alerts: feed,
  catalog: new Catalog(),
  fleet: new Fleet(),
  commands: { subscribe: () => () => {} },
  log: { error: console.error },
};
const metrics = { alertLatency: { observe() {} } } as unknown as ApiMetrics;
const options = { allowedOrigins: [], maxVehiclesInView: 5000 };
// Of everything that the API shares, the stream asks for this.
const app = { deps, options, metrics, vehicles: {}, now: Date.now } as unknown as App;
const hub = new StreamHub(app, new KeyCheck(key));
const refuse = () => ({ status: 403, headers: [], body: null });
const server = await startHttpServer({
  host: '127.0.0.1',
  port: 0,
  endpoints: [],
  stream: hub.endpoint(refuse),
});

let number = 0;
answerOrders<HostOrder, object>(({ push }) => {
  if (push !== undefined) {
    feed.push(
      Array.from({ length: push }, () => ({
        number: ++number,
        inputSeq: number,
        transition: 'raised',
        alert: alert(),
      })),
    );
  }
  return { port: server.port, cpu: process.cpuUsage() };
});

/** About as large as an alert of a fence. */
function alert(): Alert {
  const time = new Date().toISOString();
  const id = number.toString(2).padStart(26, '0').replace(/0/g, 'a').replace(/1/g, 'b');
  return {
    ...{ id, type: 'fence-enter', severity: 'warning', state: 'raised', vehicleId: '13912345678', plate: '苏B12345' },
    ...{ fenceId: 'f1', ruleId: 'fence:f1:enter', ruleRevision: 1, occurredAt: time, detectedAt: time },
    ...{ clearedAt: null, clearReason: null, revision: 1, company: null, region: null, ...UNTOUCHED },
    position: positionJson(new Position(), '13912345678'),
    evidence: { fixes: [1, 2, 3].map((i) => ({ time, lon: 120.3 + i, lat: 31.5, speed: 36 })) },
  };
}
