import { expect, test } from 'vitest';
import type { KeptAnswer } from '../../model/kept-answer.js';
import { KeptAnswers } from '../../store/kept-answers.js';
import { openShown } from './shown-support.js';

const answer = (key: string): KeptAnswer => ({
  ...{ place: `/v1/positions\n${key}`, fingerprint: key, status: 200 },
  ...{ headers: [['Content-Type', 'application/json']], body: `{"accepted":1,"key":"${key}"}` },
});

test('answers come back from the checkpoint and the log behind it, each once', async () => {
  const { shown, registry, restore, checkpoint, close } = await openShown();
  const kept = new KeptAnswers(shown.answers, registry);
  await kept.keep(answer('a'));
  await checkpoint();
  await kept.keep(answer('b'));
  const restored = await restore();
  expect(restored.answers.snapshot()).toEqual(shown.answers.snapshot());
  expect(restored.answers.get('/v1/positions\nb', 8)).toEqual(answer('b'));
  expect(restored.answers.size).toBe(2);
  await close();
});
