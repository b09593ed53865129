import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A load balancer as simple as can be: each connection goes to the next port of this machine that takes it. */
export class Balancer {
  #next = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(readonly targets: readonly number[]) {
    this.#server = createServer((client) => void this.#serve(client));
  }

  static async over(targets: readonly number[]): Promise<Balancer> {
    const balancer = new Balancer(targets);
    balancer.#server.listen(0, '127.0.0.1');
    await once(balancer.#server, 'listening');
    return balancer;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #serve(client: Socket): Promise<void> {
    this.#keep(client);
    for (let tries = 0; tries < this.targets.length; tries++) {
      const target = connect(this.targets[this.#next++ % this.targets.length], '127.0.0.1');
      this.#keep(target);
      const open = await once(target, 'connect').catch(() => null);
      if (!open) continue;
      client.pipe(target).pipe(client);
      client.once('close', () => target.destroy());
      target.once('close', () => client.destroy());
      return;
    }
    client.destroy();
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {}); // 'close' follows
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
