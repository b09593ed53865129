import type { HttpRequest, HttpResponse, TemplatedApp } from 'uWebSockets.js';
import type { Answer, Endpoint } from '../http/endpoint.js';
import { Exchange } from './exchange.js';
import { readBody, readRequest } from './read-request.js';

const NO_BODY = Buffer.alloc(0);

/** Has `endpoint` answer what its pattern matches; `exchanges` hears of each that begins and ends. */
export function registerEndpoint(
  app: TemplatedApp,
  endpoint: Endpoint,
  exchanges: { begin(): void; end(): void },
): void {
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
