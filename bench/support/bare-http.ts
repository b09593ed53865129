import { App } from 'uWebSockets.js';

/** The least that can be done: `node bare-http.js PORT BYTES` answers every request with so many bytes of JSON. */
const [port, bytes] = process.argv.slice(2).map(Number);
const body = Buffer.from(JSON.stringify('x'.repeat(Math.max(0, bytes - 2))));

App()
  .any('/*', (res) => {
    res.writeHeader('content-type', 'application/json').end(body);
  })
  .listen('127.0.0.1', port, (socket) => {
    if (!socket) throw new Error(`port ${port} is in use`);
    console.log('listening');
  });
