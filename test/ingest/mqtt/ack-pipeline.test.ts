import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { AckPipeline } from '../../../ingest/mqtt/ack-pipeline.js';
import { fix, makeIntake, SOMEBODY } from '../support.js';

function makePipeline() {
  const made = makeIntake();
  const released: number[] = [];
  const pipeline = new AckPipeline<number>({
    intake: made.intake,
    whenAccepted: (fn) => made.log.whenAccepted(fn),
    release: (owed) => released.push(...owed),
  });
  const give = (id: number) => {
    made.intake.accept(fix({ fixTime: made.intake.taken * 1000 + fix().fixTime }), SOMEBODY);
    pipeline.owe(id);
  };
  return { ...made, pipeline, released, give };
}

test('nothing is acknowledged before the log has it; then everything, in order', async () => {
  const { log, pipeline, released, give } = makePipeline();
  give(1);
  give(2);
  await turn();
  give(3);
  await turn();
  expect(released).toEqual([]);
  expect(pipeline.owed).toBe(3);
  log.commit();
  expect(released).toEqual([1, 2, 3]);
  expect(pipeline.owed).toBe(0);
});

test('a message behind one that is not durable waits for it, though nothing came of it', async () => {
  const { log, pipeline, released, give } = makePipeline();
  give(1);
  pipeline.owe(2); // refused for good
  await turn();
  expect(released).toEqual([]);
  log.commit();
  expect(released).toEqual([1, 2]);
});

test('fixes that the log had no room for are waited for too', async () => {
  const { log, intake, released, give } = makePipeline();
  log.accepting = false;
  give(1);
  await turn();
  log.commit(0); // a change was committed, and not the fix
  expect(released).toEqual([]);
  log.drain();
  expect(intake.full).toBe(false);
  log.commit();
  expect(released).toEqual([1]);
});

test('what is owed to a connection that is gone is forgotten, also in the middle of a turn', async () => {
  const { log, pipeline, released, give } = makePipeline();
  give(1);
  await turn();
  give(2);
  pipeline.clear();
  await pipeline.whenIdle();
  give(3);
  await turn();
  log.commit();
  expect(released).toEqual([3]);
});

test('whoever ends waits until nothing is owed', async () => {
  const { log, pipeline, give } = makePipeline();
  give(1);
  let idle = false;
  const waited = pipeline.whenIdle().then(() => {
    idle = true;
  });
  await turn();
  expect(idle).toBe(false);
  log.commit();
  await waited;
  expect(idle).toBe(true);
});
