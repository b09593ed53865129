import { App, type us_listen_socket, us_socket_local_port } from 'uWebSockets.js';
import { answerOrders } from './child.js';
import type { HostOrder } from './stream-orders.js';

/** The least that can be done: everybody who connects gets what is published, and nothing is looked at or remembered. */
const TOPIC = 'alerts';
const app = App().ws('/*', {
  idleTimeout: 0,
  maxBackpressure: 64 * 1024 * 1024,
  open(ws) {
    ws.subscribe(TOPIC);
  },
  message(ws) {
    ws.send('{"type":"subscribed"}');
  },
});
const listening = await new Promise<us_listen_socket | false>((resolve) => app.listen('127.0.0.1', 0, resolve));
if (!listening) throw new Error('no port is free');
const port = us_socket_local_port(listening as never);

answerOrders<HostOrder, object>(({ push = 0, bytes = 0 }) => {
  const message = JSON.stringify({ padding: 'x'.repeat(Math.max(0, bytes - 14)) });
  for (let i = 0; i < push; i++) app.publish(TOPIC, message, false);
  return { port, cpu: process.cpuUsage() };
});
