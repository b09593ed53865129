import { expect, test } from 'vitest';
import { TargetGuard } from '../../deliver/target-guard.js';
import { Webhooks } from '../../deliver/webhooks.js';
import { Catalog } from '../../model/catalog.js';
import { Receiver } from './receiver.js';
import { deliveriesOf, feedOf } from './support.js';

test('messages are signed with the time on the wall, which receivers compare with theirs, also where ours stands still', async () => {
  const { feed } = await feedOf(1);
  const receiver = await Receiver.start();
  const catalog = new Catalog();
  const salts = [{ salt: 'salt', until: null }] as const;
  const webhook = { id: 'w1', url: receiver.url, description: '', filter: {}, paused: false, salts, after: 'e1-0' };
  catalog.webhooks.set('w1', { ...webhook, createdAt: 0, updatedAt: 0 } as never);
  const anHourAhead = Date.now() + 3_600_000;
  await Webhooks.start({
    catalog,
    registry: {} as never,
    alerts: feed,
    deliveries: await deliveriesOf(feed, undefined, () => anHourAhead),
    guard: new TargetGuard({ networks: ['127.0.0.0/8'], hosts: [] }),
    wantsOf: () => () => true,
    key: 'key',
    version: '0',
    clock: () => anHourAhead,
  });
  await expect.poll(() => receiver.received.length).toBe(1);
  const timestamp = Number(receiver.received[0].headers['webhook-timestamp']);
  expect(Math.abs(timestamp - Date.now() / 1000)).toBeLessThan(300);
});
