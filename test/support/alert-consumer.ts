import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { ADMIN_KEY } from './cheji.js';
import { waitFor } from './wait-for.js';

/**
 * Somebody who reads alerts off the stream of any of several nodes, and when its connection ends goes on with its cursor at
 * the next of them. It leaves nothing out and puts nothing in order: `numbers` is what it was told.
 */
export class AlertConsumer {
  /** In the alert log, in the order in which they came. */
  readonly numbers: number[] = [];
  readonly epochs = new Set<string>();
  /** Subscriptions that did not go on where the one before ended. */
  gaps = 0;
  connects = 0;
  #cursor: string | undefined;
  #socket: WebSocket | null = null;
  #closed = false;
  #retry: NodeJS.Timeout | undefined;

  /**
   * One that knows its place in the log; it is closed when the test is over. `urls`: of the nodes, `http://…`; it begins at
   * the one that `first` says, and behind the cursor where one is given.
   */
  static async subscribed(urls: readonly string[], first = 0, cursor?: string): Promise<AlertConsumer> {
    const consumer = new AlertConsumer(urls, first, cursor);
    onTestFinished(() => consumer.close());
    await waitFor(
      'a cursor',
      () => consumer.cursor,
      (known) => known !== undefined,
    );
    return consumer;
  }

  private constructor(
    readonly urls: readonly string[],
    private at: number,
    cursor: string | undefined,
  ) {
    this.#cursor = cursor;
    this.#connect();
  }

  /** Where it is; undefined before it was told. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** Waits until it has been told of the step with this number. */
  async told(number: number): Promise<void> {
    await waitFor(
      'every alert',
      () => this.numbers.at(-1),
      (last) => last === number,
    );
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#socket?.terminate();
  }

  #connect(): void {
    const socket = new WebSocket(`${this.urls[this.at].replace('http', 'ws')}/v1/stream?key=${ADMIN_KEY}`);
    this.#socket = socket;
    socket.on('open', () => {
      this.connects++;
      const cursor = this.#cursor === undefined ? {} : { cursor: this.#cursor };
      socket.send(JSON.stringify({ op: 'subscribe', id: 1, channel: 'alerts', filter: {}, ...cursor }));
    });
    socket.on('message', (data) => this.#hear(JSON.parse(data.toString())));
    socket.on('error', () => {}); // 'close' follows
    socket.on('close', () => {
      if (this.#closed) return;
      this.at = (this.at + 1) % this.urls.length;
      this.#retry = setTimeout(() => this.#connect(), 50);
    });
  }

  #hear(message: { type: string; cursor?: string; recovered?: boolean }): void {
    if (message.cursor === undefined) return;
    if (message.type === 'subscribed' && this.#cursor !== undefined && message.recovered !== true) this.gaps++;
    const [epoch, number] = message.cursor.split(/-(?=\d+$)/);
    this.epochs.add(epoch);
    if (message.type === 'alert') this.numbers.push(Number(number));
    if (message.type === 'alert' || this.#cursor === undefined) this.#cursor = message.cursor;
  }
}
