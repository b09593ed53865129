import { expect, onTestFinished, test } from 'vitest';
import type { ReplaySummary } from '../../cli/replay.js';
import { readAlertLog } from '../support/alert-log.js';
import { runCheji, TestServer } from '../support/cheji.js';
import { drained, expectConserved } from '../support/conservation.js';
import { countPositions, embeddedUrl } from '../support/database.js';
import { needs } from '../support/needs.js';
import { layWuxiFences, TAXIS, taxiFile } from '../support/wuxi.js';

needs('recordings', 'a day of real taxis', (shared) => {
  test('is stored row for row, conserved at every stage, and adds nothing when it comes again', {
    timeout: 240_000,
  }, async () => {
    const server = await TestServer.start({ CHEJI_TIME_POLICY: 'replay', CHEJI_TERMINAL_RATE: '0' });
    onTestFinished(() => server.end());
    await layWuxiFences(server);

    const replay = async () => {
      const to = `127.0.0.1:${server.now.jt808Port}`;
      const { code, stdout, stderr } = await runCheji([
        'replay',
        taxiFile(shared),
        '--protocol',
        'jt808',
        '--to',
        to,
        '--speed',
        'max',
      ]);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      return JSON.parse(stdout) as ReplaySummary;
    };
    const all = { terminals: TAXIS.vehicles, fixes: TAXIS.fixes, acknowledged: TAXIS.fixes, resent: 0, refused: 0 };

    expect(await replay()).toMatchObject(all);
    const first = await drained(server);
    expectConserved(first);
    expect(first.store).toMatchObject({ storedNew: TAXIS.fixes, duplicate: 0, conflict: 0, quarantined: 0 });
    const url = embeddedUrl(server.now.dataDir);
    expect(await countPositions(url)).toEqual({ rows: TAXIS.fixes, distinct: TAXIS.fixes });
    expect(first.vehicles.known).toBe(TAXIS.vehicles);
    expect(Object.keys(first.engine.alerts).length).toBeGreaterThan(0);

    expect(await replay()).toMatchObject(all);
    const second = await drained(server);
    expectConserved(second);
    expect(second.store).toMatchObject({ storedNew: TAXIS.fixes, duplicate: TAXIS.fixes, conflict: 0, quarantined: 0 });
    expect(await countPositions(url)).toEqual({ rows: TAXIS.fixes, distinct: TAXIS.fixes });
    expect(second.engine.alerts).toEqual(first.engine.alerts);

    await server.now.stop();
    const raised = readAlertLog(server.now.dataDir).filter(({ transition }) => transition === 'raised');
    expect(new Set(raised.map(({ alert }) => alert.type))).toEqual(new Set(['fence-enter', 'fence-exit', 'overspeed']));
    expect(new Set(raised.map(({ alert }) => alert.id)).size).toBe(raised.length);
  });
});
