import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { protocols } from '../../protocols/index.js';
import { readAll, SinkLog } from './sink-log.js';

const answering = protocols.filter(({ open }) => open(new SinkLog()).receiveWhileFull !== undefined);
const vectors = (name: string): Buffer[] => {
  const text = readFileSync(join(import.meta.dirname, `../vectors/${name}.json`), 'utf8');
  return (JSON.parse(text) as { hex: string }[]).map(({ hex }) => Buffer.from(hex, 'hex'));
};

test('protocols whose terminals expect answers to heartbeats', () => {
  expect(answering.map(({ name }) => name)).toEqual(['jt808', 'jt905']);
});

test.each(answering)('$name: what waits for room is read as it would have been at once', (protocol) => {
  for (const bytes of vectors(protocol.name)) {
    const sink = new SinkLog();
    const talk = protocol.open(sink);
    const kept: Buffer[] = [];
    sink.admitted = () => false; // not even a heartbeat is answered, then
    const chunk = Buffer.from(bytes);
    talk.receiveWhileFull?.(chunk, (frame) => kept.push(frame));
    chunk.fill(0); // it was borrowed
    sink.admitted = () => true;
    for (const frame of kept) talk.handle?.(frame);
    expect(sink.log, bytes.toString('hex')).toEqual(readAll(protocol, [bytes]));
  }
});
