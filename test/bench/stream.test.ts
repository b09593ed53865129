import { expect, test } from 'vitest';
import { run as bytes } from '../../bench/stream-bytes.js';
import { benchOutput } from '../support/bench.js';

test('consumers that are killed and resumed have every alert that they may see exactly once', async () => {
  const options = ['--clients', '60', '--alerts', '2000', '--groups', '6', '--vehicles', '60', '--kills', '40'];
  const text = await benchOutput('stream-resume', options);
  const [, kills, steps, deliveries] =
    /(\d+) kills and cuts .* (\d+) steps of alerts, (\d+) deliveries: 0 missing, 0 twice/.exec(text)!;
  expect(Number(kills)).toBeGreaterThan(20);
  // Ten consumers in each group, and each alert is one group's.
  expect(Number(deliveries)).toBe(Number(steps) * 10);
}, 180_000);

test('the publishing bench runs, and every message arrives both ways', async () => {
  const text = await benchOutput('stream-publish', ['--clients', '20', '--alerts', '40', '--rounds', '1']);
  expect(text).toMatch(/ours +\d+ messages\/s.*\n.*bare +\d+ messages\/s/);
}, 120_000);

test('the bench of the whole stream runs: maps are told, alerts follow acknowledgements', async () => {
  const options = ['--maps', '0,10', '--rate', '400', '--terminals', '40', '--seconds', '5', '--fences', '2000'];
  const text = await benchOutput('stream', options);
  expect(text).toMatch(/^10 maps, 1 alert clients/m);
  expect(text).toMatch(/0 lost/);
}, 180_000);

test('the bench of many clients runs, and none is lost', async () => {
  const traffic = ['--rates', '200', '--terminals', '40', '--seconds', '4', '--fences', '2000', '--patience', '2'];
  const text = await benchOutput('stream-clients', ['--clients', '50', ...traffic]);
  expect(text).toMatch(/^0 maps, 50 alert clients, .*; 0 lost$/m);
}, 180_000);

test('the bench of maps runs: messages come, and their cost is a number', async () => {
  const options = ['--maps', '5,20', '--vehicles', '300', '--sights', '5', '--moves', '3', '--rounds', '1'];
  const text = await benchOutput('stream-maps', options);
  expect(text).toMatch(/^ +5 maps: -?\d+\.\d+ ms of processor a map and second.*\n +20 maps: -?\d+\.\d+ ms/m);
}, 120_000);

test('protobuf is a third of the JSON, and deflating brings both near each other', async () => {
  const { figures } = (await bytes(['--vehicles', '200', '--rounds', '3'])) as {
    figures: { bytes: number; deflatedBytes: number }[];
  };
  const [json, protobuf] = figures;
  expect(protobuf.bytes).toBeLessThan(json.bytes / 3);
  expect(json.deflatedBytes).toBeLessThan(json.bytes / 4);
});
