import WebSocket from 'ws';
import { randomFrom } from '../../cli/support/random.js';
import { type AlertFollower, type SocketConstructor, Stream } from '../../client/index.js';
import { answerOrders } from './child.js';

/** Consumers of alerts that are killed and come back at random, each with the cursor that it had written down. */

export type ResumeOrder =
  | {
      do: 'start';
      url: string;
      key: string;
      clients: number;
      /** Of the vehicles with numbers 0 to this, client i is told of each whose number modulo `groups` is i modulo it. */
      vehicles: number;
      groups: number;
      /** Kills per second among all clients. */
      killsPerSecond: number;
      seed: number;
    }
  | { do: 'calm' }
  | { do: 'report' };

export interface ResumeReport {
  kills: number;
  gaps: number;
  problems: number;
  /** By client: numbers of the steps that it was handed, in the order in which it was. */
  handed: Uint32Array[];
  cpuSeconds: number;
}

class Consumer {
  readonly handed: number[] = [];
  gaps = 0;
  #stream: Stream | null = null;
  #alerts: AlertFollower | null = null;
  readonly #sockets: WebSocket[] = [];
  /** What would be on its disk. */
  #cursor: string | undefined;

  constructor(
    readonly url: string,
    readonly key: string,
    readonly vehicle: readonly string[],
  ) {}

  get alive(): boolean {
    return this.#stream !== null;
  }

  start(): Promise<void> {
    const sockets = this.#sockets;
    class Socket extends WebSocket {
      constructor(url: string) {
        super(url, { perMessageDeflate: false });
        sockets.push(this);
      }
    }
    return new Promise((resolve) => {
      const stream = new Stream({
        ...{ url: this.url, key: this.key, WebSocket: Socket as unknown as SocketConstructor },
        backOff: { firstMs: 50, longestMs: 500 },
        onProblem: () => problems++,
      });
      this.#stream = stream;
      this.#alerts = stream.alerts(
        { filter: { vehicle: this.vehicle }, cursor: this.#cursor },
        {
          alert: ({ cursor }) => {
            this.handed.push(Number(cursor.slice(cursor.lastIndexOf('-') + 1)));
          },
          gap: () => this.gaps++,
          subscribed: () => {
            // A consumer that dies before its first alert begins where it subscribed.
            this.#cursor ??= this.#alerts?.cursor;
            resolve();
          },
        },
      );
    });
  }

  /** As kill -9 would: the connection is cut, and of its memory only what was on disk is left. */
  kill(): void {
    this.#cursor = this.#alerts?.cursor ?? this.#cursor;
    this.#stream?.close();
    this.#stream = null;
    for (const socket of this.#sockets.splice(0)) socket.terminate();
  }

  /** The connection breaks, and the client itself comes back. */
  cut(): void {
    this.#sockets.at(-1)?.terminate();
  }
}

let consumers: Consumer[] = [];
let problems = 0;
let kills = 0;
let killing: NodeJS.Timeout | undefined;

answerOrders<ResumeOrder, ResumeReport>(async (order) => {
  if (order.do === 'start') await start(order);
  if (order.do === 'calm') clearInterval(killing);
  const { user, system } = process.cpuUsage();
  return {
    ...{ kills, problems, cpuSeconds: (user + system) / 1e6 },
    gaps: consumers.reduce((sum, { gaps }) => sum + gaps, 0),
    handed: order.do === 'report' ? consumers.map(({ handed }) => Uint32Array.from(handed)) : [],
  };
});

async function start({ url, key, clients, vehicles, groups, killsPerSecond, seed }: ResumeOrder & { do: 'start' }) {
  consumers = Array.from({ length: clients }, (_, i) => {
    const wanted = Array.from({ length: vehicles }, (_, v) => v).filter((v) => v % groups === i % groups);
    return new Consumer(
      url,
      key,
      wanted.map((v) => `V${v}`),
    );
  });
  for (let i = 0; i < clients; i += 50) await Promise.all(consumers.slice(i, i + 50).map((one) => one.start()));
  const random = randomFrom(seed);
  killing = setInterval(() => {
    const one = consumers[Math.floor(random() * clients)];
    if (!one.alive) return;
    kills++;
    if (random() < 0.5) return one.cut();
    one.kill();
    setTimeout(() => void one.start(), random() * 500);
  }, 1000 / killsPerSecond);
}
