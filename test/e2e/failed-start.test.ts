import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/free-port.js';
import { tempDir } from '../support/temp-dir.js';

/** A program that has the server inside: what a start that fails leaves open would keep it from ending. */
const PROGRAM = `
const { loadSettings } = await import('./dist/config.js');
const { start } = await import('./dist/main.js');
await start(loadSettings(process.env).settings).catch((error) => console.log('refused: ' + error.message));`;

const free = async () => String(await freePort());
const OFF = ['JT808', 'JT905', 'AIS'].map((name) => [`CHEJI_${name}_PORT`, '0']);

test.each(['CHEJI_HTTP_PORT', 'CHEJI_JT808_PORT', 'CHEJI_MQTT_PORT'])(
  'where %s is taken the start fails, and leaves nothing that runs',
  async (name) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as { port: number };
    const env = {
      ...{ PATH: process.env.PATH, HOME: process.env.HOME, CHEJI_LOG_LEVEL: 'fatal', CHEJI_TCP_HOST: '127.0.0.1' },
      ...Object.fromEntries(OFF),
      // A database that is away is waited for, and given up with the rest.
      ...{ CHEJI_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', CHEJI_DATA_DIR: await tempDir() },
      ...{ CHEJI_MQTT_POSITIONS: 'fleet/{vehicleId}', CHEJI_HTTP_PORT: await free(), CHEJI_MQTT_PORT: await free() },
      [name]: String(port),
    };
    const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], { env, timeout: 30_000 });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const [code] = await once(child, 'close');
    expect([code, said]).toEqual([0, expect.stringMatching(/^refused: .*\d/)]);
  },
);
