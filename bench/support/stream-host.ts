import { AlertFeed } from '../../alerts/log/feed.js';
import type { App } from '../../api/app.js';
import { KeyCheck } from '../../api/http/auth.js';
import type { ApiMetrics } from '../../api/metrics.js';
import { AlertTexts } from '../../api/stream/alert-texts.js';
import { StreamHub } from '../../api/stream/hub.js';
import { startHttpServer } from '../../api/uws/http-server.js';
import { Catalog } from '../../model/catalog.js';
import { Fleet } from '../../model/fleet.js';
import { answerOrders } from './child.js';
import { sampleAlert } from './sample-alert.js';
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
const app = { deps, options, metrics, vehicles: {}, alertTexts: new AlertTexts(feed), now: Date.now } as unknown as App;
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
  // After the answer: the bare server, too, sends what was published once it has answered.
  if (push !== undefined) setImmediate(raise, push);
  return { port: server.port, cpu: process.cpuUsage() };
});

function raise(count: number): void {
  feed.push(
    Array.from({ length: count }, () => ({
      number: ++number,
      inputSeq: number,
      transition: 'raised',
      alert: sampleAlert(number),
    })),
  );
}
