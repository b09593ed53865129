import { expect, test } from 'vitest';
import { loadSettings } from '../../config.js';
import { apiOptions } from '../../parts/api-options.js';

test('what is set of the API is told to it, at whatever node', () => {
  const { settings } = loadSettings({
    CHEJI_HTTP_HOST: '::1',
    CHEJI_ONLINE_SECONDS: '60',
    CHEJI_VESSEL_ONLINE_SECONDS: '90',
    CHEJI_ALLOWED_ORIGINS: 'https://map.example.cn, http://10.1.2.3:8081',
  });
  expect(apiOptions(settings)).toMatchObject({
    host: '::1',
    onlineMs: 60_000,
    vesselOnlineMs: 90_000,
    allowedOrigins: ['https://map.example.cn', 'http://10.1.2.3:8081'],
  });
});

test.each(['map.example.cn', 'https://map.example.cn/', 'https://MAP.example.cn', 'ftp://a', '*', 'https://a:443'])(
  '%s is no origin as a browser tells it',
  (origin) => {
    expect(() => loadSettings({ CHEJI_ALLOWED_ORIGINS: origin })).toThrow(
      `CHEJI_ALLOWED_ORIGINS=${origin}: must be origins`,
    );
  },
);
