import { expect, test } from 'vitest';
import { commandDispatch, FakeLink, OK, story } from './commands-support.js';

/** Devices over MQTT name the command that they answer (docs/mqtt.md). */
function devices() {
  const d = commandDispatch();
  const give = async (terminal: string, type = 'text') => {
    const vehicle = d.registry.ensureVehicleForTerminal('mqtt', terminal);
    const params = type === 'text' ? { text: 'a' } : {};
    const how = { expiresInMs: 600_000, neverLate: false, by: 'test', asBatch: false };
    const answer = await d.desk.give({ vehicles: [vehicle], type, params, ...how });
    if ('problems' in answer) throw new Error(JSON.stringify(answer.problems));
    return answer.outcomes[0];
  };
  const given = async (terminal: string, type?: string) => {
    const outcome = await give(terminal, type);
    if ('refused' in outcome) throw new Error(outcome.message);
    return outcome.command.id;
  };
  const connect = (terminal: string, link = new FakeLink()) => {
    d.dispatcher.connected('mqtt', terminal, link);
    return link;
  };
  const ack = (terminal: string, id: string, says: typeof OK | { answer: Record<string, unknown> } = OK) =>
    d.dispatcher.response('mqtt', { terminal, id, serial: null, types: [], says });
  return { d, give, given, connect, ack };
}

test('its word ends the command: acknowledged, answered with what it says, failed with its reason', async () => {
  const { d, given, connect, ack } = devices();
  connect('acme:A');
  const [bare, told, failed] = [
    await given('acme:A'),
    await given('acme:A', 'locate'),
    await given('acme:A', 'locate'),
  ];
  ack('acme:A', failed, { answer: { ok: false, reason: 'no-fix', detail: 'in a tunnel' } });
  ack('acme:A', bare);
  ack('acme:A', told, { answer: { ok: true, result: { lon: 121.5 } } });
  expect(d.command(bare)).toMatchObject({ state: 'acknowledged', reason: null });
  expect(d.command(told)).toMatchObject({ state: 'answered', answer: { result: { lon: 121.5 } } });
  expect(d.command(failed)).toMatchObject({ state: 'failed', reason: 'no-fix', answer: { detail: 'in a tunnel' } });
  for (const id of [bare, told, failed]) expect(d.command(id).endedAt).not.toBeNull();
});

test('twice, late, of another, of none: counted, and it changes nothing', async () => {
  const { d, given, connect, ack } = devices();
  connect('acme:A');
  connect('acme:B');
  const [a, b] = [await given('acme:A'), await given('acme:B')];
  ack('acme:A', b);
  ack('acme:A', 'c0000');
  ack('acme:C', a);
  expect([d.command(a).state, d.command(b).state]).toEqual(['sent', 'sent']);
  ack('acme:A', a);
  ack('acme:A', a, { answer: { ok: false } });
  expect(d.command(a).state).toBe('acknowledged');
  d.pass(600_000);
  expect(story(d.command(b)).at(-1)).toBe('330 s failed (no-response)');
  ack('acme:B', b);
  expect(d.command(b).state).toBe('failed');
  expect(d.dispatcher.unmatchedResponses).toBe(5);
});

test('what is acknowledged after the connection, or the server, went is not sent again', async () => {
  const { d, given, connect, ack } = devices();
  const link = connect('acme:A');
  const [first, second] = [await given('acme:A'), await given('acme:A')];
  d.dispatcher.disconnected('mqtt', 'acme:A', link);
  const after = connect('acme:A');
  ack('acme:A', first);
  await d.settle();
  expect(d.command(first).state).toBe('acknowledged');
  expect(after.sent).toHaveLength(1);
  d.restart();
  const restarted = connect('acme:A');
  ack('acme:A', second);
  await d.settle();
  expect(d.command(second).state).toBe('acknowledged');
  expect(restarted.sent).toEqual([]);
});

test('one that was never sent cannot be acknowledged, whoever guesses its name', async () => {
  const { d, given, connect, ack } = devices();
  const id = await given('acme:A');
  connect('acme:A');
  ack('acme:A', id);
  expect(d.command(id).state).toBe('queued');
  await d.settle();
  expect(d.command(id).state).toBe('sent');
});

test('what a device can make nothing of is refused at once, with the reason', async () => {
  const { give } = devices();
  expect(await give('acme:A', 'get-attributes')).toMatchObject({
    refused: 'no-terminal',
    message: 'the vehicle has no terminal that takes get-attributes',
  });
});
