import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { App } from './app.js';
import type { ApiDeps, ApiOptions, ApiServer } from './deps.js';
import { addDocsPage } from './document/docs-page.js';
import { FenceReader } from './fences/fence-reader.js';
import { isForMainNode, takesKey } from './forwarding.js';
import { KeyCheck } from './http/auth.js';
import type { Answer, Endpoint, Request } from './http/endpoint.js';
import { ApiError, errorAnswer, toApiError } from './http/errors.js';
import { DATA_HEADERS, pageHeaders } from './http/headers.js';
import { IdempotentAnswers } from './http/idempotency.js';
import { StaticFiles } from './http/static-files.js';
import { ApiMetrics } from './metrics.js';
import type { Method, Route } from './route.js';
import { routeTable } from './routes.js';
import { AlertTexts } from './stream/alert-texts.js';
import { HttpWaits } from './stream/http-waits.js';
import { StreamHub } from './stream/hub.js';
import { startHttpServer } from './uws/http-server.js';
import { PlaceIndex } from './vehicles/place-index.js';
import { VehicleJson } from './vehicles/vehicle-json.js';

/** What a caller of `startApi` need not say. */
export const API_DEFAULTS = {
  onlineMs: 300_000,
  vesselOnlineMs: 1_800_000,
  webDir: fileURLToPath(new URL('../web', import.meta.url)),
  docsDir: findSwaggerUi(),
  allowedOrigins: [],
  tileHosts: [],
  maxVehiclesInView: 5000,
  fenceWorker: new URL('./fences/fence-reader-worker.js', import.meta.url),
} as const satisfies Partial<ApiOptions>;

type GivenOptions = Omit<ApiOptions, keyof typeof API_DEFAULTS> & Partial<ApiOptions>;

/** How long answers under way may take to finish when the server closes. */
const CLOSE_GRACE_MS = 5000;
/** Long polls and event streams at once. */
const MAX_HTTP_WAITS = 5000;

/** Listens, and serves until closed. Rejects where the port is taken, or the native part of the server does not load. */
export async function startApi(deps: ApiDeps, given: GivenOptions): Promise<ApiServer> {
  const options: ApiOptions = { ...API_DEFAULTS, ...given };
  const vehicles = new VehicleJson(deps.catalog, deps.fleet, options.onlineMs, options.vesselOnlineMs);
  const metrics = new ApiMetrics(
    deps.stats,
    () => hub.counts(),
    () => deps.catalog.fences.size,
    () => deps.commands.counts(),
    () => app.waits.taken,
    () => deps.deliveries(),
    () => deps.readiness().node,
  );
  const app: App = {
    deps,
    options,
    metrics,
    vehicles,
    places: new PlaceIndex(deps.fleet),
    alertTexts: new AlertTexts(deps.alerts),
    waits: new HttpWaits(MAX_HTTP_WAITS),
    fenceReader: new FenceReader(deps.log, options.fenceWorker),
    views: {
      add: (view, sight) => hub.positions.add(view, sight),
      remove: (view) => hub.positions.remove(view),
    },
    now: Date.now,
    registryChanged: (no, goneId) => hub.positions.registryChanged(no, goneId),
  };
  const key = new KeyCheck(options.adminKey);
  const hub: StreamHub = new StreamHub(app, key);
  const table = routeTable(app);
  const files = new StaticFiles();
  files.addDirectory(options.webDir, '/', pageHeaders(options.tileHosts));
  if (options.docsDir) addDocsPage(files, options.docsDir);

  const dress = new Dresser(app);
  const answers = new IdempotentAnswers(deps.answers);
  const endpoints = [
    ...table.map((route) => routeEndpoint(route, key, dress, answers)),
    ...wrongMethods(table, dress),
    otherPaths(files, dress),
  ];
  const stop = () => {
    hub.close();
    app.waits.close();
    metrics.stop();
    void app.fenceReader.close();
  };
  let closing: Promise<void> | undefined;
  try {
    const stream = hub.endpoint((error) => dress.error(error, ''));
    const server = await startHttpServer({ host: options.host, port: options.port, endpoints, stream });
    return {
      port: server.port,
      changed: (vehicleNos) => {
        for (const no of vehicleNos) {
          app.places.update(no);
          hub.positions.changed(no);
        }
      },
      registryChanged: app.registryChanged,
      streamStats: () => {
        const { clients, subscriptions } = hub.counts();
        return { clients, subscriptions };
      },
      // Once only: the native socket must not be closed twice.
      close: () => {
        if (!closing) {
          stop();
          closing = server.close(CLOSE_GRACE_MS);
        }
        return closing;
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
}

/** Gives every answer what all of them have: headers, a request id, and its place in the metrics. */
class Dresser {
  readonly #boot = Date.now().toString(36);
  #requests = 0;

  constructor(readonly app: App) {}

  answer(answer: Answer, route: string, startedAt: number, headers = DATA_HEADERS): Answer {
    this.app.metrics.answered(route, answer.status, (performance.now() - startedAt) / 1000);
    return { ...answer, headers: [...headers, ['X-Request-Id', this.#id()], ...answer.headers] };
  }

  error(thrown: unknown, route: string, request?: Request): Answer {
    const error = toApiError(thrown);
    const id = this.#id();
    if (error.code === 'internal') {
      this.app.deps.log.error(
        { err: thrown, requestId: id, method: request?.method, path: request?.path },
        'request failed',
      );
    }
    this.app.metrics.answered(route || 'none', error.status, 0);
    const answer = errorAnswer(error);
    return {
      ...answer,
      headers: [...DATA_HEADERS, ['X-Request-Id', id], ...answer.headers],
      // The body may still be on its way, and nobody will read it.
      close: error.code === 'too-large',
    };
  }

  #id(): string {
    return `${this.#boot}-${(++this.#requests).toString(36)}`;
  }
}

function routeEndpoint(route: Route, key: KeyCheck, dress: Dresser, answers: IdempotentAnswers): Endpoint {
  const forward = isForMainNode(route) ? dress.app.deps.forward : null;
  return {
    method: route.method,
    pattern: pattern(route.path),
    bodyLimit: route.body?.limit ?? 0,
    admit(request) {
      if (route.auth === 'key') key.demand(request);
    },
    handle(request, body) {
      const startedAt = performance.now();
      if (forward) return forward(request, body).then((given) => dress.answer(given, route.path, startedAt));
      const run = () => route.run(request, body);
      const answer = takesKey(route) ? answers.answer(request, body, run) : run();
      return answer instanceof Promise
        ? answer.then((given) => dress.answer(given, route.path, startedAt))
        : dress.answer(answer, route.path, startedAt);
    },
    failed: (error, request) => dress.error(error, route.path, request),
  };
}

/** For every path of the table: other methods are told which there are. */
function wrongMethods(table: readonly Route[], dress: Dresser): Endpoint[] {
  const methods = new Map<string, Method[]>();
  for (const { path, method } of table) methods.set(path, [...(methods.get(path) ?? []), method]);
  return [...methods].map(([path, allowed]) => {
    const allow = allowed.map((method) => (method === 'get' ? 'GET, HEAD' : method.toUpperCase())).join(', ');
    return refusing(pattern(path), path, dress, (request) => {
      throw new ApiError(
        'method-not-allowed',
        `${request.method} is not for this path; allowed: ${allow}`,
        [],
        [['Allow', allow]],
      );
    });
  });
}

/** Everything else is a file of the page, or nothing. */
function otherPaths(files: StaticFiles, dress: Dresser): Endpoint {
  return refusing('/*', 'file', dress, (request) => {
    if (files.has(request.path) && request.method !== 'GET' && request.method !== 'HEAD') {
      throw new ApiError('method-not-allowed', `${request.method} is not for a file`, [], [['Allow', 'GET, HEAD']]);
    }
    const answer = files.answer(request);
    if (answer) return answer;
    if (request.path === '/v1/stream') {
      throw new ApiError(
        'upgrade-required',
        'a WebSocket; /asyncapi.json describes it',
        [],
        [['Upgrade', 'websocket']],
      );
    }
    throw new ApiError('not-found', 'no such path; /openapi.json lists all there are');
  });
}

function refusing(
  path: string,
  label: string,
  dress: Dresser,
  handle: (request: Request) => Answer | Promise<Answer>,
): Endpoint {
  return {
    method: 'any',
    pattern: path,
    bodyLimit: 0,
    admit() {},
    async handle(request) {
      const startedAt = performance.now();
      return dress.answer(await handle(request), label, startedAt, []);
    },
    failed: (error, request) => dress.error(error, label, request),
  };
}

/** `/v1/fences/{id}` as the router writes it. */
function pattern(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

/** The copy that the build makes, or the package itself where the repository is run from. */
function findSwaggerUi(): string | null {
  try {
    return dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  } catch {
    return fileURLToPath(new URL('../docs-ui', import.meta.url));
  }
}
