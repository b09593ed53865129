import { expect, onTestFinished, test, vi } from 'vitest';
import { Stream, type StreamState } from '../../client/index.js';
import type { SocketConstructor } from '../../client/web-socket.js';
import { alert } from '../api/support.js';

type Listener = (event: { data?: unknown; code?: number; reason?: string }) => void;

/** A socket of which the test says what becomes. It never tells of its own end: the other side is not there to agree to it. */
class DeafSocket {
  static readonly made: DeafSocket[] = [];
  binaryType = '';
  readyState = 0;
  readonly said: { op: string; cursor?: string }[] = [];
  readonly #listeners: Record<string, Listener[]> = {};

  constructor() {
    DeafSocket.made.push(this);
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners[type] = [...(this.#listeners[type] ?? []), listener];
  }

  send(text: string): void {
    this.said.push(JSON.parse(text));
  }

  close(): void {
    this.readyState = 2;
  }

  open(): void {
    this.readyState = 1;
    this.#tell('open', {});
  }

  say(message: object): void {
    this.#tell('message', { data: JSON.stringify(message) });
  }

  cut(): void {
    this.#tell('close', { code: 1006 });
  }

  #tell(type: string, event: Parameters<Listener>[0]): void {
    for (const listener of this.#listeners[type] ?? []) listener(event);
  }
}

function deafStream() {
  vi.useFakeTimers();
  DeafSocket.made.length = 0;
  const states: StreamState[] = [];
  const stream = new Stream({
    url: 'ws://nobody.example/v1/stream',
    key: 'k',
    WebSocket: DeafSocket as unknown as SocketConstructor,
    backOff: { firstMs: 1000, longestMs: 1000 },
    onState: (state) => states.push(state),
  });
  onTestFinished(() => {
    stream.close();
    vi.useRealTimers();
  });
  return { stream, states, sockets: DeafSocket.made };
}

test.each(['connecting', 'opened', 'let in'] as const)(
  'a server that says nothing any more, to one that it has %s, is given up, although the socket does not close',
  async (until) => {
    const { states, sockets } = deafStream();
    if (until !== 'connecting') sockets[0].open();
    if (until === 'let in') sockets[0].say({ type: 'authenticated' });
    await vi.advanceTimersByTimeAsync(100_000);
    expect(states).toContain('waiting');
    expect(sockets.length).toBeGreaterThan(1);
  },
);

test('after a message that cannot be read nothing more is taken from that connection', async () => {
  const { stream, sockets } = deafStream();
  const seen: string[] = [];
  stream.alerts({}, { alert: ({ cursor }) => void seen.push(cursor) });
  const [socket] = sockets;
  socket.open();
  socket.say({ type: 'authenticated' });
  socket.say({ type: 'subscribed', id: 1, epoch: 'e1', cursor: 'e1-0', recovered: false });
  socket.say(undefined as unknown as object); // data that is no JSON
  socket.say({ type: 'alert', id: 1, cursor: 'e1-2', transition: 'raised', alert: alert() });
  await vi.advanceTimersByTimeAsync(0);
  expect(seen).toEqual([]);
});

test('a handler that is still at work when the server begins anew does not set the cursor back', async () => {
  const { stream, sockets } = deafStream();
  let finish = () => {};
  const alerts = stream.alerts({ cursor: 'e1-1' }, { alert: () => new Promise<void>((resolve) => (finish = resolve)) });
  sockets[0].open();
  sockets[0].say({ type: 'authenticated' });
  sockets[0].say({ type: 'subscribed', id: 1, epoch: 'e1', cursor: 'e1-1', recovered: true });
  sockets[0].say({ type: 'alert', id: 1, cursor: 'e1-2', transition: 'raised', alert: alert() });
  await vi.advanceTimersByTimeAsync(0);
  sockets[0].cut();
  await vi.advanceTimersByTimeAsync(1000);
  sockets[1].open();
  sockets[1].say({ type: 'authenticated' });
  const gap = { from: 'e1-1', to: 'e2-5', reason: 'restart' };
  sockets[1].say({ type: 'subscribed', id: 1, epoch: 'e2', cursor: 'e2-5', recovered: false, gap });
  finish();
  await vi.advanceTimersByTimeAsync(0);
  expect(alerts.cursor).toBe('e2-5');
});

test('a handler that answers something that is no promise is asked once', async () => {
  const { stream, sockets } = deafStream();
  const seen: string[] = [];
  const push = ({ cursor }: { cursor: string }) => seen.push(cursor);
  stream.alerts({}, { alert: push as unknown as () => void });
  sockets[0].open();
  sockets[0].say({ type: 'authenticated' });
  sockets[0].say({ type: 'subscribed', id: 1, epoch: 'e1', cursor: 'e1-0', recovered: false });
  for (const n of [1, 2]) {
    sockets[0].say({ type: 'alert', id: 1, cursor: `e1-${n}`, transition: 'raised', alert: alert() });
  }
  await vi.advanceTimersByTimeAsync(1000);
  expect(seen).toEqual(['e1-1', 'e1-2']);
});

test('what is wanted of nothing, or gone, moves the cursor on, behind all that came before it', async () => {
  const { stream, sockets } = deafStream();
  let finish = () => {};
  const alerts = stream.alerts({ cursor: 'e1-1' }, { alert: () => new Promise<void>((resolve) => (finish = resolve)) });
  const [socket] = sockets;
  socket.open();
  socket.say({ type: 'authenticated' });
  socket.say({ type: 'subscribed', id: 1, epoch: 'e1', cursor: 'e1-1', recovered: true });
  socket.say({ type: 'cursor', id: 1, cursor: 'e1-4' });
  expect(alerts.cursor).toBe('e1-4');
  socket.say({ type: 'alert', id: 1, cursor: 'e1-5', transition: 'raised', alert: alert() });
  socket.say({ type: 'cursor', id: 1, cursor: 'e1-7' });
  socket.say({ type: 'gap', id: 1, from: 'e1-7', to: 'e1-9', reason: 'expired' });
  await vi.advanceTimersByTimeAsync(0);
  expect(alerts.cursor).toBe('e1-4');
  finish();
  await vi.advanceTimersByTimeAsync(0);
  expect(alerts.cursor).toBe('e1-9');
});
