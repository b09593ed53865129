import { describe, expect, test } from 'vitest';
import { parseHex } from '../../model/hex-text.js';
import { vector, vectors } from '../protocols/jt808/vectors.js';
import { runCheji } from '../support/cheji.js';

const good = vector('smallchi-0x0200-591');
const bad = vector('traccar-086');
const json = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('cheji decode', () => {
  test('one JSON object per frame and line; exit code 0', async () => {
    const { code, stdout, stderr } = await runCheji(['decode', good.hex]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(json(stdout)).toMatchObject([
      { ok: true, protocol: 'jt808', edition: '2013', name: 'LocationReport', ...good.expect },
    ]);
  });

  test('a reader that has seen enough is no fault', async () => {
    expect(await runCheji(['serve', '--help'], { unread: true })).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await runCheji(['decode', good.hex], { unread: true })).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('hex with spaces and 0x, over several words', async () => {
    const pairs = good.hex.match(/../g)!;
    const { code, stdout } = await runCheji(['decode', ...pairs.map((pair) => `0x${pair}`)]);
    expect(code).toBe(0);
    expect(json(stdout)).toMatchObject([good.expect]);
  });

  test('lines from stdin: bad ones are told of by line and byte, good ones are printed; exit code 1', async () => {
    const input = [good.hex, '', bad.hex, 'no hex', `2424${good.hex}${good.hex}`].join('\n');
    const { code, stdout, stderr } = await runCheji(['decode', '-'], { input });
    expect(code).toBe(1);
    expect(json(stdout).map((o) => o.name ?? o.error.code)).toEqual([
      'LocationReport',
      'bad-checksum',
      'bad-hex',
      'no-frame',
      'LocationReport',
      'LocationReport',
    ]);
    expect(stderr.trim().split('\n')).toEqual([
      'cheji decode: line 3, byte 53: bad-checksum: the check code is 0xd0 and should be 0xf0',
      "cheji decode: line 4, character 1: 'n' is no hex digit",
      'cheji decode: line 5, byte 0: no-frame: 2 bytes before the first delimiter (7e)',
      'cheji: 3 frames are bad',
    ]);
  });

  test('--lenient goes on', async () => {
    const { code, stdout } = await runCheji(['decode', '--lenient', bad.hex]);
    expect(code).toBe(0);
    expect(json(stdout)).toMatchObject([{ ok: true, ...bad.expect }]);
  });

  test('--explain: offset, bytes, field, value, clause, and every byte once', async () => {
    const { code, stdout } = await runCheji(['decode', '--explain', good.hex]);
    expect(code).toBe(0);
    const [title, head, ...rows] = stdout.trim().split('\n');
    expect(title).toBe('0x0200 LocationReport, JT/T 808 2013');
    expect(head.split(/\s+/)).toEqual(['offset', 'hex', 'field', 'value', 'clause']);
    expect(rows.map((row) => row.split(/\s{2,}/)[1]).join('')).toBe(good.hex);
    expect(rows).toContainEqual(expect.stringMatching(/^21 +00ba7f0e +lat +12\.222222 +JT\/T 808-2013 §8\.18/));
  });

  test.each([
    [['decode'], /missing|give hex digits/],
    [['decode', '--protocol', 'jt809', '7e'], /'jt809' is invalid. Allowed choices are jt808/],
    [['decode', '--edition', '2012', '7e'], /Allowed choices are auto, 2011, 2013, 2019/],
    [['encode'], /missing required argument 'json'/],
  ])('wrong usage: %j', async (args, message) => {
    const { code, stderr, stdout } = await runCheji(args);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

describe('cheji encode', () => {
  test('makes the frames again that decode printed', async () => {
    const frames = vectors.filter((v) => v.expect.checksumOk && v.edition !== 'vendor' && !v.id.includes('force2013'));
    const { stdout } = await runCheji(['decode', '-'], { input: frames.map((v) => v.hex).join('\n') });
    const encoded = await runCheji(['encode', '-'], { input: stdout });
    expect(encoded).toEqual({ code: 0, stderr: '', stdout: `${frames.map((v) => v.hex).join('\n')}\n` });
  });

  test('says which field is wrong, on which line', async () => {
    const input =
      '{"msgId":"0x8300","edition":"2013","phone":"1","text":"x"}\n{"msgId":\n[]\n{"msgId":"0x8104","edition":"2019"}\n';
    const { code, stdout, stderr } = await runCheji(['encode', '-'], { input });
    expect(code).toBe(1);
    expect(stdout).toBe('7e8104400001000000000000000000000000c47e\n');
    expect(stderr.split('\n')).toEqual([
      'cheji encode: line 1: flag: must be a whole number from 0 to 255, not missing',
      expect.stringMatching(/^cheji encode: line 2: .*JSON/),
      'cheji encode: line 3: not a JSON object',
      'cheji: 3 objects are bad',
      '',
    ]);
  });
});

test.each([
  ['7e 00', '7e00'],
  ['0x7E,0x00', '7E00'],
  ['7e0x00', '7e00'],
  ['7e:00-01', '7e0001'],
])('hex digits as people write them: %s', (text, hex) => {
  expect(parseHex(text)).toEqual({ digits: hex });
});

test.each([
  ['7e0', 'half a byte at the end', 3],
  ['7g', "'g' is no hex digit", 1],
  [' ', 'no hex digits', 0],
])('and as they do not: %j', (text, wrong, at) => {
  expect(parseHex(text)).toEqual({ wrong, at });
});
