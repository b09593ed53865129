import { z } from 'zod';
import { key, list, optional, port, text } from './key.js';

/** As a browser tells it: in lower case, without the usual port and a slash. */
const origin = z
  .string()
  .refine((line) => /^https?:/.test(line) && URL.canParse(line) && new URL(line).origin === line);

/** The process, its pages and its API. */
export const serverKeys = {
  dataDir: key('CHEJI_DATA_DIR', './data', 'a directory', text),
  httpHost: key('CHEJI_HTTP_HOST', '127.0.0.1', 'an address or host name', text),
  httpPort: key('CHEJI_HTTP_PORT', '8080', 'a port, 1–65535', port.min(1)),
  allowedOrigins: key(
    'CHEJI_ALLOWED_ORIGINS',
    '',
    'origins of pages that may open the stream besides our own: https://map.example.cn,http://10.1.2.3:8081',
    list.pipe(z.array(origin)),
  ),
  adminKey: optional('CHEJI_ADMIN_KEY', '16 to 200 visible characters', z.string().regex(/^[\x21-\x7e]{16,200}$/), {
    secret: true,
  }),
  logLevel: key(
    'CHEJI_LOG_LEVEL',
    'info',
    'fatal, error, warn, info or debug',
    z.enum(['fatal', 'error', 'warn', 'info', 'debug']),
  ),
};
