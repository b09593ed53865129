import { expect, test } from 'vitest';
import { StreamClient } from '../stream-client.js';
import { alert, startTestApi, transition } from '../support.js';

test('what is muted is no news, until its mute ends; who asks for it gets it', async () => {
  const api = await startTestApi();
  const client = await new StreamClient(api).opened();
  client.say({ op: 'subscribe', id: 'news', channel: 'alerts' });
  client.say({ op: 'subscribe', id: 'all', channel: 'alerts', filter: { muted: [true, false] } });
  client.say({ op: 'subscribe', id: 'late', channel: 'alerts', filter: { overdue: true, company: 'Wuxi Taxi' } });
  await client.next(({ type, id }) => type === 'subscribed' && id === 'late');
  const muted = alert({ muted: 'mute-1', company: 'Wuxi Taxi' });
  const unmuted = { ...muted, muted: null, revision: 2 };
  api.feed.push([
    transition(1, muted),
    transition(2, unmuted, 'unmuted'),
    transition(3, { ...unmuted, overdue: true, revision: 3 }, 'overdue'),
  ]);
  const told: string[] = [];
  while (told.length < 6) {
    const { id, transition: step } = (await client.nextOf('alert')) as unknown as { id: string; transition: string };
    told.push(`${id} ${step}`);
  }
  expect(told.sort()).toEqual([
    'all overdue',
    'all raised',
    'all unmuted',
    'late overdue',
    'news overdue',
    'news unmuted',
  ]);
});
