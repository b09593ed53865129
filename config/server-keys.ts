import { z } from 'zod';
import { key, optional, port, text } from './key.js';

/** The process, its pages and its API. */
export const serverKeys = {
  dataDir: key('CHEJI_DATA_DIR', './data', 'a directory', text),
  httpHost: key('CHEJI_HTTP_HOST', '127.0.0.1', 'an address or host name', text),
  httpPort: key('CHEJI_HTTP_PORT', '8080', 'a port, 1–65535', port.min(1)),
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
