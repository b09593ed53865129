import type { us_listen_socket } from 'uWebSockets.js';
import type { Endpoint } from '../http/endpoint.js';
import type { StreamEndpoint } from '../http/socket.js';
import { registerEndpoint } from './register-endpoint.js';
import { registerStream } from './register-stream.js';

/**
 * This folder is the one that knows uWebSockets.js. It keeps its rules for everybody: a request is read before the handler
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
