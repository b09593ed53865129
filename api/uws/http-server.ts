import type { HttpRequest, HttpResponse, TemplatedApp, us_listen_socket, WebSocket } from 'uWebSockets.js';
import { STATUS_CODES } from 'node:http';
import { type Answer, type Endpoint, READ_HEADERS, type Request, type RequestHeaders } from '../http/endpoint.js';
import { ApiError } from '../http/errors.js';
import type { SendResult, Socket, StreamEndpoint, StreamHandler } from '../http/socket.js';

/**
 * The one file that knows uWebSockets.js. It keeps its rules for everybody: a request is read before the handler
 * returns, an aborted response is never touched, every write is corked, bodies have limits, and what a handler throws
 * becomes an answer. `publish` is not offered at all: it drops messages silently, and crashes before a ws route exists.
 */

export interface HttpServer {
  port: number;
  /** Stops listening, waits at most `graceMs` for answers under way, then cuts what is left. */
  close(graceMs: number): Promise<void>;
}

export interface HttpServerOptions {
  host: string;
  /** 0 for any free port. */
  port: number;
  endpoints: readonly Endpoint[];
  stream: StreamEndpoint;
}

/** Above this a body goes out as the reader takes it; below, one copy into the socket is cheaper. */
const STREAM_ABOVE_BYTES = 256 * 1024;
const NO_BODY = Buffer.alloc(0);

export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const uws = await load();
  const app = uws.App();
  let underWay = 0;
  const exchanges = { begin: () => underWay++, end: () => underWay-- };
  registerStream(app, options.stream);
  for (const endpoint of options.endpoints) registerEndpoint(app, endpoint, exchanges);

  // The types know listen(port, options) only; the native call also takes the host in front of both. Without this
  // option a second server on the port would be given half of the connections, and nobody would notice.
  const listen = app.listen.bind(app) as unknown as (
    host: string,
    port: number,
    flags: number,
    done: (socket: us_listen_socket | false) => void,
  ) => void;
  const listening = await new Promise<us_listen_socket | false>((resolve) =>
    listen(options.host, options.port, uws.LIBUS_LISTEN_EXCLUSIVE_PORT, resolve),
  );
  if (!listening) {
    throw new Error(
      `cannot listen on ${options.host}:${options.port}: the port is taken or not allowed (CHEJI_HTTP_PORT)`,
    );
  }
  return {
    port: uws.us_socket_local_port(listening as never),
    async close(graceMs) {
      uws.us_listen_socket_close(listening);
      const until = performance.now() + graceMs;
      while (underWay > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
      app.close();
    },
  };
}

async function load() {
  try {
    const module = await import('uWebSockets.js');
    // The module has the constant by itself; its types hide it in an enum that does not exist at run time.
    return module as typeof module & { LIBUS_LISTEN_EXCLUSIVE_PORT: number };
  } catch (error) {
    const cause = error instanceof Error ? error.message.split('\n').at(-1) : String(error);
    throw new Error(
      `uWebSockets.js has no binary that loads here: it needs Node.js 20 or 22 on glibc Linux (Debian, Ubuntu; not ` +
        `Alpine), macOS or Windows, x64 or arm64; this is Node.js ${process.version} on ${process.platform}-` +
        `${process.arch}. ${cause}`,
    );
  }
}

function registerEndpoint(app: TemplatedApp, endpoint: Endpoint, exchanges: { begin(): void; end(): void }): void {
  const register = { get: app.get, post: app.post, put: app.put, delete: app.del, any: app.any }[endpoint.method];
  const parameters = endpoint.pattern.split('/').filter((part) => part.startsWith(':')).length;

  const serve = (res: HttpResponse, req: HttpRequest) => {
    const exchange = new Exchange(res, req.getCaseSensitiveMethod() === 'HEAD');
    const request = readRequest(res, req, parameters, (fn) => exchange.whenAborted(fn));
    exchanges.begin();
    const answer = (given: Answer) => exchange.answer(given, () => exchanges.end());
    const fail = (error: unknown) => answer(endpoint.failed(error, request));
    const handle = (body: Buffer) => {
      try {
        const given = endpoint.handle(request, body);
        if (given instanceof Promise) given.then(answer).catch(fail);
        else answer(given);
      } catch (error) {
        fail(error);
      }
    };
    exchange.onAborted(() => exchanges.end());
    try {
      endpoint.admit(request);
    } catch (error) {
      return fail(error);
    }
    if (endpoint.bodyLimit === 0) handle(NO_BODY);
    else readBody(res, request, endpoint.bodyLimit, handle, fail);
  };
  register.call(app, endpoint.pattern, serve);
  if (endpoint.method === 'get') app.head(endpoint.pattern, serve);
}

function readRequest(
  res: HttpResponse,
  req: HttpRequest,
  parameters: number,
  onAborted: Request['onAborted'],
): Request {
  const headers = {} as RequestHeaders;
  for (const name of READ_HEADERS) headers[name] = req.getHeader(name);
  const params: string[] = [];
  for (let i = 0; i < parameters; i++) params.push(req.getParameter(i) ?? '');
  return {
    method: req.getCaseSensitiveMethod(),
    path: req.getUrl(),
    query: req.getQuery() ?? '', // undefined where there is no question mark, whatever its type says
    params,
    headers,
    address: Buffer.from(res.getRemoteAddressAsText()).toString(),
    onAborted,
  };
}

function readBody(
  res: HttpResponse,
  request: Request,
  limit: number,
  done: (body: Buffer) => void,
  fail: (error: ApiError) => void,
): void {
  const tooLarge = () =>
    new ApiError('too-large', `the body is longer than ${limit} bytes`, [
      { path: 'body', message: `at most ${limit} bytes` },
    ]);
  if (Number(request.headers['content-length']) > limit) return fail(tooLarge());
  const chunks: Buffer[] = [];
  let bytes = 0;
  let over = false;
  res.onData((chunk, isLast) => {
    if (over) return;
    bytes += chunk.byteLength;
    if (bytes > limit) {
      over = true;
      return fail(tooLarge());
    }
    chunks.push(Buffer.from(Buffer.from(chunk))); // a copy: the chunk dies on return
    if (isLast) done(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  });
}

/** One response and whether it may still be touched. */
class Exchange {
  #open = true;
  #answered = false;
  #aborted = () => {};
  #wake = () => {};
  /** Made for the few who ask. */
  #listeners: Set<() => void> | null = null;

  /** `headOnly`: the answer to HEAD, which is that to GET without its body. */
  constructor(
    readonly res: HttpResponse,
    readonly headOnly = false,
  ) {}

  /** Must be called before the route's callback returns. `then` runs only where no answer has been finished. */
  onAborted(then: () => void): void {
    this.#aborted = then;
    this.res.onAborted(() => {
      this.#open = false;
      this.#wake();
      this.#finish(this.#aborted);
      for (const listener of [...(this.#listeners ?? [])]) listener();
    });
  }

  whenAborted(listener: () => void): () => void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
    return () => this.#listeners?.delete(listener);
  }

  answer(answer: Answer, finished: () => void): void {
    const { body } = answer;
    if (body !== null && typeof body !== 'string' && Symbol.asyncIterator in body) {
      // An error before the first chunk is the source's to turn into an answer; later ones break the chunked response
      // off, which is how a reader tells a cut from an end.
      const stream = this.headOnly
        ? this.#noStream(answer, body)
        : answer.length === undefined
          ? this.#stream(answer, body)
          : this.#streamSized(answer, body);
      stream.catch(() => this.#open && this.res.close()).finally(() => this.#finish(finished));
      return;
    }
    if (!this.#open) return;
    if (this.headOnly) {
      this.#endHead(answer, body === null ? answer.length : Buffer.byteLength(body));
      return this.#finish(finished);
    }
    if (body !== null && typeof body !== 'string' && body.length > STREAM_ABOVE_BYTES)
      return this.#endSlowly(answer, body, finished);
    this.#open = false;
    this.res.cork(() => {
      this.#head(answer);
      if (body === null) this.res.endWithoutBody();
      else this.res.end(body, answer.close);
    });
    this.#finish(finished);
  }

  #finish(then: () => void): void {
    if (this.#answered) return;
    this.#answered = true;
    then();
  }

  #head({ status, headers }: Answer): void {
    this.res.writeStatus(`${status} ${STATUS_CODES[status] ?? ''}`);
    for (const [name, value] of headers) this.res.writeHeader(name, value);
  }

  /** `length`: bytes that the body has; undefined where nobody knows. */
  #endHead(answer: Answer, length: number | undefined): void {
    this.#open = false;
    this.res.cork(() => {
      this.#head(answer);
      // An undefined one would be written as a number.
      if (length === undefined) this.res.endWithoutBody();
      else this.res.endWithoutBody(length);
    });
  }

  /** What a source has taken for its answer it gives back only where it was begun. */
  async #noStream(answer: Answer, chunks: AsyncIterable<string | Uint8Array>): Promise<void> {
    for await (const _ of chunks) break;
    if (this.#open) this.#endHead(answer, answer.length);
  }

  /** tryEnd keeps nothing in memory that the socket has not taken; the rest follows as the reader makes room. */
  #endSlowly(answer: Answer, body: Uint8Array, finished: () => void): void {
    const { res } = this;
    const more = (from: number) => {
      const [ok, done] = res.tryEnd(from === 0 ? body : body.subarray(from), body.length);
      if (done) {
        this.#open = false;
        this.#finish(finished);
      }
      return ok;
    };
    res.onWritable((offset) => more(offset));
    res.cork(() => {
      this.#head(answer);
      more(0);
    });
  }

  async #stream(answer: Answer, chunks: AsyncIterable<string | Uint8Array>): Promise<void> {
    const { res } = this;
    let begun = false;
    // Leaving this loop early returns the iterator, which frees the source.
    for await (const chunk of chunks) {
      if (!this.#open) return;
      if (chunk.length === 0) continue; // an empty chunk would end the response
      let room = true;
      res.cork(() => {
        if (!begun) this.#head(answer);
        room = res.write(chunk);
      });
      begun = true;
      if (!room) await this.#writable();
    }
    if (!this.#open) return;
    this.#open = false;
    res.cork(() => {
      if (!begun) this.#head(answer);
      res.end();
    });
  }

  /** As many bytes as the answer says; where the source gives fewer, the connection is broken off. */
  async #streamSized(answer: Answer, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
    const { res } = this;
    const length = answer.length as number;
    let sent = 0;
    for await (const piece of pieces) {
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
      for (let taken = 0; taken < bytes.length; ) {
        if (!this.#open) return;
        const begun = sent + taken > 0;
        let done = false;
        let ok = true;
        res.cork(() => {
          if (!begun) this.#head(answer);
          [ok, done] = res.tryEnd(taken === 0 ? bytes : bytes.subarray(taken), length);
        });
        if (done) {
          this.#open = false;
          return;
        }
        // What the socket has not taken is offered again from where it says it is.
        if (ok) taken = bytes.length;
        else taken = (await this.#writableFrom()) - sent;
      }
      sent += bytes.length;
    }
    if (this.#open) throw new Error(`the body ended after ${sent} of ${length} bytes`);
  }

  /** The offset in the body from which the socket takes more. */
  #writableFrom(): Promise<number> {
    return new Promise((resolve) => {
      this.#wake = () => resolve(Number.POSITIVE_INFINITY);
      if (!this.#open) {
        this.#wake();
        return;
      }
      this.res.onWritable((offset) => {
        resolve(offset);
        return true;
      });
    });
  }

  #writable(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (!this.#open) return resolve();
      this.res.onWritable(() => {
        resolve();
        return true;
      });
    });
  }
}

interface SocketData {
  protocol: string;
  open(socket: Socket): StreamHandler;
  socket: OpenSocket | null;
  handler: StreamHandler | null;
}

function registerStream(app: TemplatedApp, endpoint: StreamEndpoint): void {
  app.ws<SocketData>(endpoint.pattern, {
    maxPayloadLength: endpoint.maxPayload,
    maxBackpressure: endpoint.maxBuffered,
    closeOnBackpressureLimit: false,
    // The handler pings and judges silence itself: this clock is also reset by what we send, so it misses a dead peer.
    idleTimeout: 120,
    sendPingsAutomatically: false,
    upgrade(res, req, context) {
      const request = readRequest(res, req, 0, () => () => {}); // answered before it could go
      const key = req.getHeader('sec-websocket-key');
      const extensions = req.getHeader('sec-websocket-extensions');
      const outcome = endpoint.upgrade(request);
      if ('status' in outcome) return new Exchange(res).answer(outcome, () => {});
      const data: SocketData = { ...outcome, socket: null, handler: null };
      res.upgrade(data, key, outcome.protocol, extensions, context);
    },
    open(ws) {
      const data = ws.getUserData();
      data.socket = new OpenSocket(ws);
      data.handler = data.open(data.socket);
    },
    message(ws, message, isBinary) {
      // A binary frame is no JSON text; the handler answers it as such.
      ws.getUserData().handler?.message(isBinary ? '' : Buffer.from(message).toString());
    },
    pong(ws) {
      ws.getUserData().handler?.pong();
    },
    drain(ws) {
      ws.getUserData().handler?.drain();
    },
    close(ws) {
      const data = ws.getUserData();
      data.socket?.lost();
      data.handler?.closed();
    },
  });
}

class OpenSocket implements Socket {
  #ws: WebSocket<SocketData> | null;

  constructor(ws: WebSocket<SocketData>) {
    this.#ws = ws;
  }

  /** The native object must not be touched any more. */
  lost(): void {
    this.#ws = null;
  }

  send(message: string | Uint8Array, binary = false): SendResult {
    if (!this.#ws) return 'closed';
    return SEND_RESULTS[this.#ws.send(message, binary)];
  }

  sendAll(messages: readonly Uint8Array[], count: number): { taken: number; result: SendResult } {
    const ws = this.#ws;
    if (!ws) return { taken: 0, result: 'closed' };
    let taken = 0;
    let status = SENT;
    ws.cork(() => {
      // With many clients most of what alerts cost is this line, so there is nothing in it but the native call.
      for (; taken < count && status === SENT; taken++) status = ws.send(messages[taken], false);
    });
    const result = SEND_RESULTS[status];
    return { taken: result === 'dropped' ? taken - 1 : taken, result };
  }

  buffered(): number {
    return this.#ws?.getBufferedAmount() ?? 0;
  }

  ping(): void {
    this.#ws?.ping();
  }

  end(code: number, reason: string): void {
    this.#ws?.end(code, reason);
  }
}

/** What the library's `send` answers. */
const SEND_RESULTS = ['buffered', 'sent', 'dropped'] as const;
const SENT = SEND_RESULTS.indexOf('sent');
