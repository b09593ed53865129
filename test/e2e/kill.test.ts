import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { withMotion } from '../../cli/support/motion.js';
import { randomFrom } from '../../cli/support/random.js';
import { TerminalClient } from '../../cli/support/terminal-client.js';
import { readTracks, type Tracks } from '../../cli/support/tracks.js';
import { comparable, endedBySilence, readAlertLog } from '../support/alert-log.js';
import { TestServer } from '../support/cheji.js';
import { drained, expectConserved } from '../support/conservation.js';
import { countPositions, embeddedUrl, storedFixes } from '../support/database.js';
import { needs } from '../support/needs.js';
import { waitFor } from '../support/wait-for.js';
import { layWuxiFences, TAXIS, taxiFile } from '../support/wuxi.js';

const KILLS = 20;
/** A life lasts up to so long after its first acknowledgement; every fifth one does not get as far as that. */
const LONGEST_LIFE_MS = 600;
const SHORT_LIFE = 5;
const SEED = 20;
const ENV = { CHEJI_TIME_POLICY: 'replay', CHEJI_TERMINAL_RATE: '0' };

/** Plays the tracks as terminals, each at its own pace, but no fix before the day has been released up to it. */
class Player {
  readonly acknowledged = new Set<string>();
  readonly #finished: Promise<unknown>;
  /** Fixes of the day that may go, and who waits for that number to grow. */
  #released = 0;
  #waiting: { place: number; go: () => void }[] = [];

  constructor(tracks: Tracks, to: { host: string; port: number }) {
    const day = [...tracks.byVehicle.values()].flat().sort((a, b) => a.time - b.time);
    const places = new Map(day.map((fix, place) => [fix, place]));
    this.#finished = Promise.all(
      [...tracks.byVehicle].map(async ([number, fixes]) => {
        const terminal = new TerminalClient({ ...to, number, window: 4, backOffMs: 50, longestBackOffMs: 400 });
        terminal.on('accepted', (accepted) => {
          for (const fix of accepted) this.acknowledged.add(`${number} ${fix.time}`);
        });
        withMotion(fixes);
        for (const fix of fixes) {
          await this.#release(places.get(fix) as number);
          await terminal.send(fix);
        }
        await terminal.drained();
        terminal.stop();
      }),
    );
  }

  /** Lets the first `count` fixes of the day go. */
  release(count: number): void {
    this.#released = count;
    for (const { place, go } of this.#waiting) if (place < count) go();
    this.#waiting = this.#waiting.filter(({ place }) => place >= count);
  }

  async finish(): Promise<void> {
    await this.#finished;
  }

  async #release(place: number): Promise<void> {
    if (place >= this.#released) await new Promise<void>((go) => this.#waiting.push({ place, go }));
  }
}

async function start(tracks: Tracks): Promise<{ server: TestServer; player: Player }> {
  const server = await TestServer.start(ENV);
  onTestFinished(() => server.end());
  await layWuxiFences(server);
  return { server, player: new Player(tracks, { host: '127.0.0.1', port: server.now.jt808Port }) };
}

needs('recordings', 'kill -9', (shared) => {
  test(`at ${KILLS} random moments of a day of taxis: nothing acknowledged is missing, nothing is there twice, the alerts are those of a run in peace`, {
    timeout: 420_000,
  }, async () => {
    const peace = await start(await readTracks(taxiFile(shared)));
    peace.player.release(TAXIS.fixes);
    await peace.player.finish();
    await drained(peace.server);
    await peace.server.now.stop();

    const { server, player } = await start(await readTracks(taxiFile(shared)));
    const random = randomFrom(SEED);
    const acknowledgedBefore: number[] = [];
    for (let kill = 1; kill <= KILLS; kill++) {
      player.release(Math.floor((TAXIS.fixes * kill) / (KILLS + 1)));
      if (kill % SHORT_LIFE !== 0) {
        const before = player.acknowledged.size;
        const now = () => player.acknowledged.size;
        await waitFor('the replay to go on', now, (size) => size > before, { everyMs: 5 });
      }
      await pause(random() * LONGEST_LIFE_MS);
      await server.now.kill();
      acknowledgedBefore.push(player.acknowledged.size);
      await server.restart();
    }
    // The kills fell into the replay: it went on between them, and had not come to its end.
    expect(new Set(acknowledgedBefore).size).toBeGreaterThan(KILLS / 2);
    expect(acknowledgedBefore[KILLS - 1]).toBeLessThan(TAXIS.fixes);
    player.release(TAXIS.fixes);
    await player.finish();
    const stats = await drained(server);
    expectConserved(stats);
    expect(stats.store).toMatchObject({ storedNew: TAXIS.fixes, conflict: 0, quarantined: 0 });

    const stored = await storedFixes(server.now.dataDir);
    expect([...player.acknowledged].filter((fix) => !stored.has(fix))).toEqual([]);
    expect(player.acknowledged.size).toBe(TAXIS.fixes);
    expect(await countPositions(embeddedUrl(server.now.dataDir))).toEqual({ rows: TAXIS.fixes, distinct: TAXIS.fixes });

    await server.now.stop();
    const [inPeace, killed] = [peace.server, server].map(({ now }) => readAlertLog(now.dataDir));
    const bySilence = endedBySilence(inPeace, killed);
    expect(bySilence.size).toBeLessThan(inPeace.length / 20);
    const expected = comparable(inPeace, bySilence);
    expect(expected.length).toBeGreaterThan(100);
    expect(comparable(killed, bySilence)).toEqual(expected);
  });
});
