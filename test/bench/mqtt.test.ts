import { expect, test } from 'vitest';
import { benchOutput } from '../support/bench.js';
import { needs } from '../support/needs.js';

// The subscribers of the bench end only when every message is acknowledged and every fix is in the log.
needs('mosquitto', 'the mqtt bench', () => {
  test('runs with every design', async () => {
    const options = ['--messages', '500', '--batches', '50', '--rounds', '1', '--designs'];
    const output = await benchOutput('mqtt', options);
    for (const design of ['nothing', 'pipeline', 'serial', 'parallel'])
      expect(output.split(`  ${design} `).length).toBe(3);
  }, 120_000);
});
