import { expect, test } from 'vitest';
import { benchOutput } from '../support/bench.js';
import { needs } from '../support/needs.js';

needs('redis', 'the bench of several nodes', () => {
  test('it runs: alerts at every node after acknowledgements, and none lost through the kills of nodes', async () => {
    const small = ['--rate', '400', '--terminals', '40', '--seconds', '5', '--maps', '5', '--fences', '2000'];
    const text = await benchOutput('nodes', [...small, '--subscribers', '20', '--steps', '5000']);
    expect(text).toMatch(/publishing, at full speed: [\d.]+ µs of processor a fix, [\d.]+ µs a step/);
    expect(text).toMatch(/^one node alone: \d+ fixes\/s/m);
    const [, main, first, second] =
      /2 of the API.*\n.*main node p50 .*?\((\d+)\); API node 1 .*?\((\d+)\); API node 2 .*?\((\d+)\)/.exec(text)!;
    for (const alerts of [main, first, second]) expect(Number(alerts)).toBeGreaterThan(0);
    expect(text).toMatch(/ms of processor per map and second -?\d/);
    expect(text).toMatch(
      /20 subscribers of 2 API nodes, [2-9]\d* kills of them.*: 0 missing, 0 twice or out of order, 0 gaps/,
    );
  }, 300_000);
});
