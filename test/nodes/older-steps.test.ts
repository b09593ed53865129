import { expect, test } from 'vitest';
import { MainNodeSteps } from '../../nodes/older-steps.js';
import { raise } from '../api/stream/feeds-support.js';
import { KEY, startTestApi, type TestApi } from '../api/support.js';

const numbers = (steps: readonly { number: number }[]) => steps.map(({ number }) => number);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** What a node asks of the main node, with the questions that reached it. */
function asked(main: TestApi, given: { adminKey?: string; oldest?: () => number } = {}) {
  const { adminKey = KEY, oldest = () => main.feed.oldestKept } = given;
  const questions: string[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  const steps = new MainNodeSteps({
    epoch: 'e1',
    main: () => ({ url: main.url, alertOldest: oldest() }),
    adminKey,
    pageSteps: 100,
  });
  const fetched = globalThis.fetch;
  return {
    steps,
    questions,
    mostAtOnce: () => mostAtOnce,
    /** As `work` is done. */
    async during<T>(work: () => Promise<T>): Promise<T> {
      globalThis.fetch = async (...args) => {
        questions.push(String(args[0]).split('after=')[1].split('&')[0]);
        mostAtOnce = Math.max(mostAtOnce, ++atOnce);
        try {
          return await fetched(...args);
        } finally {
          atOnce--;
        }
      };
      try {
        return await work();
      } finally {
        globalThis.fetch = fetched;
      }
    },
  };
}

test('a page is asked for once for all who want it, one after the other', async () => {
  const main = await startTestApi();
  raise(main, 1, 1000);
  const { steps, questions, mostAtOnce, during } = asked(main);
  await during(async () => {
    const reads = await Promise.all(range(0, 59).map((i) => steps.read(i * 10, 500)));
    for (const [i, read] of reads.entries()) {
      // To the end of its page.
      expect(numbers(read)).toEqual(range(i * 10 + 1, (Math.floor(i / 10) + 1) * 100));
    }
    expect(numbers(await steps.read(42, 3))).toEqual([43, 44, 45]);
  });
  expect(questions).toEqual(range(0, 5).map((page) => `e1-${page * 100}`));
  expect(steps.pages).toEqual({ fetched: 6 });
  expect(mostAtOnce()).toBe(1);
});

test('steps are whole, and muted ones are among them', async () => {
  const main = await startTestApi();
  raise(main, 1, 3);
  const [known] = main.feed.since(0, 1);
  Object.assign(known.alert, { muted: 'mute-1' });
  const { steps } = asked(main);
  const [first] = await steps.read(0, 1);
  expect(first).toEqual({ number: 1, inputSeq: 0, transition: 'raised', alert: known.alert });
});

test('the log begins within a page; what was cut off is told as a gap', async () => {
  const main = await startTestApi();
  raise(main, 1, 300);
  let oldest = 150;
  const { steps } = asked(main, { oldest: () => oldest });
  expect(steps.oldest).toBe(150);
  expect(numbers(await steps.read(150, 500))).toEqual(range(151, 250));
  // The main node has cut more off than it has said, and says so a moment later.
  main.feed.oldest = 200;
  const other = asked(main, { oldest: () => oldest }).steps;
  await expect(other.read(160, 10)).rejects.toMatchObject({ code: 'main-node-away' });
  oldest = 200;
  expect(numbers(await other.read(200, 500))).toEqual(range(201, 300));
});

test('a main node that is away is said to be, and asked again only after a while; a wrong key is told', async () => {
  const main = await startTestApi();
  raise(main, 1, 300);
  const refused = asked(main, { adminKey: 'another-key-0123456789' });
  await expect(refused.steps.read(0, 10)).rejects.toThrow('CHEJI_ADMIN_KEY must be the same on all nodes');
  const { steps, questions, during } = asked(main);
  await main.api.close();
  await during(async () => {
    const answers = await Promise.allSettled(range(0, 20).map((i) => steps.read(i * 10, 10)));
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'main-node-away' } });
    }
  });
  expect(questions).toEqual(['e1-0']);
  expect(steps.pages).toEqual({ away: 1 });
});

test('a reader whose next step was cut off after it had begun is told so, and not what comes behind', async () => {
  const main = await startTestApi();
  raise(main, 1, 300);
  let oldest = 0;
  const { steps } = asked(main, { oldest: () => oldest });
  expect(numbers(await steps.read(140, 5))).toEqual(range(141, 145));
  oldest = 250;
  await expect(steps.read(240, 5)).rejects.toMatchObject({ code: 'log-gap', wanted: 241, oldest: 251 });
  expect(numbers(await steps.read(250, 5))).toEqual(range(251, 255));
});
