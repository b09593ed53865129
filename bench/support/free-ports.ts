import { createServer } from 'node:net';

/** A TCP port that nothing listens on, by asking the system for one and giving it back. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port;
}

/** Several at once are all different, because they are held until the last one is known. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((done, fail) => {
          const server = createServer();
          server.once('error', fail);
          server.listen(0, '127.0.0.1', () => done(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
