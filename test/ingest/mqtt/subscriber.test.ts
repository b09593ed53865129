import { describe, expect, onTestFinished, test } from 'vitest';
import { type Mosquitto, startMosquitto } from '../../../bench/support/mosquitto.js';
import { type BrokerAddress, connectBroker, whenConnected } from '../../../broker/connect.js';
import { Subscriber } from '../../../ingest/mqtt/subscriber.js';
import { certificates } from '../../support/certificates.js';
import { needs } from '../../support/needs.js';
import { tempDir } from '../../support/temp-dir.js';
import { waitFor } from '../../support/wait-for.js';
import { NOW } from '../support.js';
import { good, makeSource, TOPIC } from './support.js';

const PLAIN: BrokerAddress = {
  ...{ url: '', version: '5', user: null, password: null },
  ...{ caFile: null, certFile: null, keyFile: null },
};

async function broker(lines: string[] = []): Promise<Mosquitto> {
  const started = await startMosquitto({ dir: await tempDir(), lines });
  onTestFinished(() => started.stop('SIGKILL'));
  return started;
}

async function subscriber(address: BrokerAddress, clientId = 'cheji-test', share: string | null = null) {
  const made = makeSource();
  const { source, intake, whenAccepted } = made;
  const lines: string[] = [];
  const to = { address, clientId, share, source, intake, whenAccepted };
  const sub = await Subscriber.start({ ...to, acknowledged: () => {}, log: (_, line) => lines.push(line) });
  onTestFinished(async () => {
    const commits = setInterval(() => made.log.commit(), 5); // or closing waits for it
    await sub.close();
    clearInterval(commits);
  });
  return { ...made, sub, lines };
}

async function connected(address: BrokerAddress, clientId?: string, share?: string | null) {
  const made = await subscriber(address, clientId, share);
  await waitFor(
    'the subscription',
    () => made.sub.stats(),
    ({ state }) => state === 'connected',
    { everyMs: 20 },
  );
  return made;
}

const reached = (what: string, ask: () => number, n: number) => waitFor(what, ask, (seen) => seen >= n, { everyMs: 5 });

/** Lets the log have everything, and waits until the broker has seen our acknowledgements of it. */
async function acknowledged({ log, sub }: Pick<Awaited<ReturnType<typeof subscriber>>, 'log' | 'sub'>): Promise<void> {
  const owed = () => {
    log.commit();
    return sub.stats().unacknowledged;
  };
  await waitFor('the acknowledgements', owed, (n) => n === 0, { everyMs: 5 });
  await sub.publish('test/behind-them', Buffer.from('x')); // on the same connection, so they are in before it is answered
}

async function publisher(address: BrokerAddress) {
  const client = await connectBroker(address, { clientId: 'test-publisher' });
  onTestFinished(() => client.endAsync(true));
  await whenConnected(client);
  return (payload: unknown, topic = TOPIC) =>
    client.publishAsync(topic, Buffer.isBuffer(payload) ? payload : JSON.stringify(payload), { qos: 1 });
}

const at = (n: number) => ({ ...good, t: NOW + n * 1000 });

needs('mosquitto', 'a subscriber of a real broker', () => {
  describe.each(['3.1.1', '5'] as const)('MQTT %s', (version) => {
    test('acknowledges what the log has, and is sent the rest again', async () => {
      const mosquitto = await broker();
      const address = { ...PLAIN, version, url: `mqtt://127.0.0.1:${mosquitto.port}` };
      const made = await connected(address);
      const { sub, source, log } = made;
      const publish = await publisher(address);
      await Promise.all([0, 1, 2].map((n) => publish(at(n))));
      await reached('three messages', () => source.counts.received, 3);
      expect(sub.stats().unacknowledged).toBe(3);

      // The broker ends properly, so what was not acknowledged is in its session and comes again.
      await mosquitto.stop('SIGTERM');
      await waitFor(
        'the loss to be seen',
        () => sub.stats(),
        ({ state }) => state === 'away',
        { everyMs: 10 },
      );
      expect(sub.stats().unacknowledged).toBe(0);
      await mosquitto.start();
      await reached('them again', () => source.counts.received, 6);
      expect(source.counts.repeated).toBe(3);
      await acknowledged(made);

      await publish(at(3));
      await reached('the fourth', () => source.counts.received, 7);
      await acknowledged(made);
      // What was acknowledged does not come again.
      await mosquitto.stop('SIGTERM');
      await mosquitto.start();
      await waitFor(
        'the third connection',
        () => sub.stats(),
        (s) => s.connects === 3 && s.state === 'connected',
      );
      await publish(at(4));
      await waitFor(
        'the fifth',
        () => source.counts.received,
        (n) => n >= 8,
        { everyMs: 10 },
      );
      expect(source.counts).toMatchObject({ received: 8, repeated: 3 });
      expect(new Set(log.fixes.map(({ fixTime }) => fixTime)).size).toBe(5);
    }, 60_000);

    test('reads nothing while the log has no room, and goes on in order', async () => {
      const mosquitto = await broker();
      const address = { ...PLAIN, version, url: `mqtt://127.0.0.1:${mosquitto.port}` };
      const made = await connected(address);
      const { source, log } = made;
      const publish = await publisher(address);
      log.accepting = false;
      await Promise.all([0, 1, 2, 3, 4].map((n) => publish(at(n))));
      await reached('the pause', () => source.counts.pauses, 1);
      expect(source.counts.received).toBe(0);
      log.drain();
      await reached('all of them', () => log.fixes.length, 5);
      expect(log.fixes.map(({ fixTime }) => (fixTime - NOW) / 1000)).toEqual([0, 1, 2, 3, 4]);
      await acknowledged(made);
    }, 30_000);
  });

  test('a broker of MQTT 5 says that nobody is subscribed to what we tell; one of 3.1.1 cannot', async () => {
    const { port } = await broker();
    const address = { ...PLAIN, url: `mqtt://127.0.0.1:${port}` };
    const { sub } = await connected(address);
    const listener = await connectBroker(address, { clientId: 'test-listener' });
    onTestFinished(() => listener.endAsync(true));
    await whenConnected(listener);
    await listener.subscribeAsync('down/A', { qos: 1 });
    const tell = (topic: string) => sub.publish(topic, Buffer.from('x'));
    expect(await Promise.all(['down/A', 'down/B', 'down/A'].map(tell))).toEqual(['sent', 'nobody', 'sent']);
    await listener.unsubscribeAsync('down/A');
    expect(await tell('down/A')).toBe('nobody');
    const { sub: older } = await connected({ ...address, version: '3.1.1' }, 'cheji-older');
    expect(await older.publish('down/B', Buffer.from('x'))).toBe('sent');
  });

  test('what nobody can read is acknowledged, and does not come again', async () => {
    const mosquitto = await broker();
    const address = { ...PLAIN, url: `mqtt://127.0.0.1:${mosquitto.port}` };
    const made = await connected(address);
    const { sub, source, log, quarantine } = made;
    const publish = await publisher(address);
    const poison = ['{', '[[[[', '\u0001\u0002', 'null', '{"t":"x"}', `${'['.repeat(9000)}`, 'x'.repeat(262_145)];
    for (const text of poison) await publish(Buffer.from(text));
    await publish(at(0));
    await reached('all of them', () => source.counts.received, poison.length + 1);
    await acknowledged(made);
    expect(quarantine.size).toBe(poison.length);
    expect(log.fixes).toHaveLength(1);
    await mosquitto.stop('SIGTERM');
    await mosquitto.start();
    await waitFor(
      'the connection again',
      () => sub.stats(),
      (s) => s.connects === 2 && s.state === 'connected',
    );
    await publish(at(1));
    await waitFor(
      'one more',
      () => source.counts.received,
      (n) => n >= poison.length + 2,
      { everyMs: 10 },
    );
    expect(source.counts.repeated).toBe(0);
  }, 30_000);

  test('what is published without a promise is taken without one, and closing lets the rest for the next start', async () => {
    const mosquitto = await broker();
    const address = { ...PLAIN, url: `mqtt://127.0.0.1:${mosquitto.port}` };
    const first = await connected(address);
    const client = await connectBroker(address, { clientId: 'at-most-once' });
    onTestFinished(() => client.endAsync(true));
    await whenConnected(client);
    await client.publishAsync(TOPIC, JSON.stringify(at(0)), { qos: 0 });
    await reached('the fix', () => first.log.fixes.length, 1);
    expect(first.sub.stats().unacknowledged).toBe(0);

    first.log.accepting = false;
    const publish = await publisher(address);
    for (const n of [1, 2, 3]) await publish(at(n));
    await reached('the pause', () => first.source.counts.pauses, 1);
    await first.sub.close();
    expect(first.log.fixes).toHaveLength(1);
    const next = await connected(address);
    await reached('the rest', () => next.log.fixes.length, 3);
    await acknowledged(next);
  });

  test('members of a group share the messages between them', async () => {
    const mosquitto = await broker();
    const address = { ...PLAIN, url: `mqtt://127.0.0.1:${mosquitto.port}` };
    const [a, b] = [await connected(address, 'member-a', 'cheji'), await connected(address, 'member-b', 'cheji')];
    const publish = await publisher(address);
    for (let n = 0; n < 20; n++) await publish(at(n));
    const sum = () => a.log.fixes.length + b.log.fixes.length;
    await waitFor('all of them', sum, (n) => n === 20, { everyMs: 10 });
    expect(a.log.fixes.length).toBeGreaterThan(0);
    expect(b.log.fixes.length).toBeGreaterThan(0);
  });

  test('says once why it is not let in, and publishes nothing', async () => {
    const mosquitto = await broker(['allow_anonymous false']);
    const { sub, lines } = await subscriber({ ...PLAIN, url: `mqtt://127.0.0.1:${mosquitto.port}` });
    await waitFor(
      'the refusal',
      () => sub.stats().detail,
      (detail) => detail.includes('Not authorized'),
      { everyMs: 20 },
    );
    expect(sub.stats().state).toBe('away');
    expect(lines.filter((line) => line.includes('Not authorized'))).toHaveLength(1);
    await expect(sub.publish('a', Buffer.from('b'))).rejects.toThrow('the broker is away');
  });

  needs('openssl', 'with certificates', () => {
    test('the broker shows one, and wants ours', async () => {
      const dir = await tempDir();
      const { ca, server, client } = certificates(dir);
      const mosquitto = await broker([
        ...[`cafile ${ca.cert}`, `certfile ${server.cert}`, `keyfile ${server.key}`],
        'require_certificate true',
      ]);
      const address = { ...PLAIN, url: `mqtts://localhost:${mosquitto.port}` };
      const stranger = await subscriber({ ...address, caFile: ca.cert }, 'stranger');
      const doubter = await subscriber({ ...address, certFile: client.cert, keyFile: client.key }, 'doubter');
      const ours = { ...address, caFile: ca.cert, certFile: client.cert, keyFile: client.key };
      const { log } = await connected(ours);
      const publish = await publisher(ours);
      await publish(at(0));
      await reached('the fix', () => log.fixes.length, 1);
      expect(stranger.sub.stats().state).toBe('away');
      await waitFor(
        'the doubt',
        () => doubter.sub.stats().detail,
        (detail) => /certificate/.test(detail),
      );
    }, 30_000);
  });

  test('a certificate that is not there stops the start', async () => {
    await expect(subscriber({ ...PLAIN, url: 'mqtts://localhost:1', caFile: '/nowhere.pem' })).rejects.toThrow(
      'MQTT: ENOENT: no such file or directory',
    );
  });
});
