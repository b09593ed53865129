import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import { READ_HEADERS, type Request, type RequestHeaders } from '../http/endpoint.js';
import { ApiError } from '../http/errors.js';

/** All of a request but its body. `parameters`: how many `:name` parts its pattern has. */
export function readRequest(
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

/** Calls one of the two, once: `fail` with 'too-large' as soon as the body is known to be longer than `limit` bytes. */
export function readBody(
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
