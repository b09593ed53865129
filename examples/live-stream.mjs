// node examples/live-stream.mjs http://127.0.0.1:8080 KEY; Node.js 20 has no WebSocket of its own
import { Stream } from 'cheji/client';

const [server, key] = process.argv.slice(2);
const WebSocket = globalThis.WebSocket ?? (await import('ws')).default;
const onState = (state) => console.log(state);
const stream = new Stream({ url: `${server}/v1/stream`, key, WebSocket, onState });

const city = stream.vehicles({ bbox: [120.1, 31.4, 120.5, 31.8] }, ({ put, gone }) => {
  console.log(`${city.byId.size} vehicles in view: ${put.length} told, ${gone.length} gone`);
});

const severity = ['critical', 'warning'];
const alerts = stream.alerts(
  { filter: { severity } },
  {
    alert: ({ alert, transition }) => console.log(`${alert.vehicleId} ${alert.type} ${transition}, ${alerts.cursor}`),
    gap: ({ from }) => console.log(`what followed ${from} is kept no more: GET /v1/alerts lists it`),
  },
);
