import { expect, onTestFinished, test, vi } from 'vitest';
import type { StreamRequest } from '../../client/messages.js';
import { Outbox } from '../../client/outbox.js';

const BBOX = [120, 31, 121, 32] as const;

function outbox() {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const sent: StreamRequest[] = [];
  const out = new Outbox((request) => sent.push(request));
  return { out, sent };
}

/** Takes all that may be said at once. */
function exhaust(out: Outbox): void {
  for (let i = 0; i < 24; i++) out.push({ op: 'ping' });
}

test('what may be said is said although the clock of the machine was set back', async () => {
  const { out, sent } = outbox();
  exhaust(out);
  vi.setSystemTime(Date.now() - 3_600_000);
  out.push({ op: 'ack', id: 1, cursor: 'e1-1' });
  await vi.advanceTimersByTimeAsync(1000);
  expect(sent.at(-1)).toEqual({ op: 'ack', id: 1, cursor: 'e1-1' });
});

test('of a map that moves only the last place is said, and of its filter the last that was given', async () => {
  const { out, sent } = outbox();
  exhaust(out);
  out.push({ op: 'update', id: 1, bbox: BBOX, filter: { online: true } });
  out.push({ op: 'update', id: 2, bbox: BBOX });
  out.push({ op: 'update', id: 1, bbox: [0, 0, 1, 1] });
  await vi.advanceTimersByTimeAsync(1000);
  expect(sent.slice(24)).toEqual([
    { op: 'update', id: 2, bbox: BBOX },
    { op: 'update', id: 1, bbox: [0, 0, 1, 1], filter: { online: true } },
  ]);
});
