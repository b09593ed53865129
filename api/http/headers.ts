/** Headers of every answer (SEC-067): what a browser may do with it, and that nobody keeps data. */
const COMMON: readonly (readonly [string, string])[] = [
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['Strict-Transport-Security', 'max-age=31536000'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
];

/** Data: nothing in it may run, and it is not stored. */
export const DATA_HEADERS: readonly (readonly [string, string])[] = [
  ...COMMON,
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
  ['Cache-Control', 'no-store'],
];

/**
 * The page. MapLibre starts its worker from its own file, or from a blob where a bundler inlined it, and reads tiles by
 * fetch and as images; styles it sets through the object model, which needs no exception.
 */
export function pageHeaders(tileHosts: readonly string[]): readonly (readonly [string, string])[] {
  const hosts = tileHosts.map((host) => ` ${host}`).join('');
  const policy = [
    "default-src 'self'",
    "script-src 'self'",
    "worker-src 'self' blob:",
    "style-src 'self'",
    `img-src 'self' data: blob:${hosts}`,
    `connect-src 'self'${hosts}`,
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
  ].join('; ');
  return [...COMMON, ['Content-Security-Policy', policy]];
}

/** The API's page: swagger-ui writes style attributes and draws its icons from data. */
export const DOCS_HEADERS: readonly (readonly [string, string])[] = [
  ...COMMON,
  [
    'Content-Security-Policy',
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  ],
];
