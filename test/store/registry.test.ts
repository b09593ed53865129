import { expect, test } from 'vitest';
import { KIND_CHANGE } from '../../model/block.js';
import { Catalog } from '../../model/catalog.js';
import { type Change, DEFAULT_RULE_SETTINGS } from '../../model/change.js';
import { MAX_RULES, Registry } from '../../store/registry.js';
import { Spool } from '../../store/spool.js';
import { tempDir } from '../support/temp-dir.js';
import { FaultyFiles, readAll, someFix } from './support.js';

const NOW = Date.UTC(2024, 5, 1);

interface Setup {
  dir: string;
  spool: Spool;
  files: FaultyFiles;
  catalog: Catalog;
  registry: Registry;
}

async function open(dir?: string): Promise<Setup> {
  const home = dir ?? (await tempDir());
  const files = new FaultyFiles();
  const spool = await Spool.open({ dir: home, files, retryMs: 60_000 });
  const catalog = told(home, spool);
  return { dir: home, spool, files, catalog, registry: new Registry(catalog, spool, () => NOW) };
}

/** The catalog that the log tells of. */
function told(dir: string, spool: Spool): Catalog {
  const catalog = new Catalog();
  for (const block of readAll(dir, spool.committedSeq)) {
    if (block.kind === KIND_CHANGE) catalog.apply(JSON.parse(Buffer.from(block.body).toString()) as Change);
  }
  return catalog;
}

test('once a write is answered, the log tells the same catalog', async () => {
  const { dir, spool, catalog, registry } = await open();
  await registry.putVehicle({ id: '苏B12345', plate: '苏B12345', plateColor: 2, category: 'coach' });
  registry.ensureVehicleForTerminal('jt808', '013800000001', { plate: '苏B99999', plateColor: 2 });
  await registry.putTerminal({ protocol: 'jt808', number: '013800000001', registered: true, model: 'T1' });
  await registry.putFence({
    geometry: { type: 'Point', coordinates: [120, 31] },
    properties: { name: 'a', rules: [], radius: 5 },
  });
  await registry.putFence({
    id: 'gone',
    geometry: { type: 'Point', coordinates: [120, 31] },
    properties: { name: 'b', rules: [] },
  });
  await registry.deleteFence('gone');
  await registry.putVehicle({ id: 'gone' });
  await registry.deleteVehicle('gone');
  await registry.putSettings({ ...DEFAULT_RULE_SETTINGS, speedDurationS: 5 });
  await registry.actOnAlerts({ targets: [{ alertId: 'x' }], word: { action: 'resolve', note: '' }, by: 'me' });
  expect(catalog.revision).toBe(10);
  expect(told(dir, spool).snapshot()).toEqual(catalog.snapshot());
  await spool.close();
});

test('a put makes the vehicle, then changes it; what is left out stays, null makes unknown', async () => {
  const { spool, registry } = await open();
  const made = await registry.putVehicle({
    id: 'v1',
    plate: '苏B1',
    company: 'c',
    terminals: [{ protocol: 'jt808', number: '007' }],
  });
  expect(made).toEqual({
    created: true,
    moved: [],
    vehicle: {
      no: 1,
      id: 'v1',
      plate: '苏B1',
      plateColor: null,
      category: 'other',
      company: 'c',
      region: null,
      terminals: [{ protocol: 'jt808', number: '7' }],
      createdAt: NOW,
    },
  });
  const changed = await registry.putVehicle({ id: 'v1', plateColor: 2, company: null });
  expect(changed).toMatchObject({ created: false, vehicle: { no: 1, plate: '苏B1', plateColor: 2, company: null } });
  expect(changed).toMatchObject({ vehicle: { terminals: [{ protocol: 'jt808', number: '7' }] } });
  await spool.close();
});

test('a terminal given to another vehicle moves, and that is told', async () => {
  const { spool, catalog, registry } = await open();
  const met = registry.ensureVehicleForTerminal('jt808', '0013800000001');
  const put = await registry.putVehicle({ id: '苏B12345', terminals: [{ protocol: 'jt808', number: '13800000001' }] });
  expect(put).toMatchObject({ created: true, moved: [{ protocol: 'jt808', number: '13800000001' }] });
  expect(catalog.vehicleByTerminal('jt808', '13800000001')?.id).toBe('苏B12345');
  expect(catalog.vehicles.get(met.no)?.terminals).toEqual([]);
  expect(registry.ensureVehicleForTerminal('jt808', '13800000001').id).toBe('苏B12345');
  await spool.close();
});

test.each([
  ['', 'id'],
  ['a b', 'id'],
  ['../x', 'id'],
  ['a/b', 'id'],
  ['x'.repeat(65), 'id'],
  ['\u0000', 'id'],
  ['é', 'id'],
])('the id %j is refused, and nothing is written', async (id, path) => {
  const { spool, registry } = await open();
  const problems = [{ path, message: 'must be 1 to 64 letters, digits, Chinese characters or any of . _ : -' }];
  expect(await registry.putVehicle({ id })).toEqual({ refused: 'invalid', problems });
  const fence = { id, geometry: { type: 'Point' as const, coordinates: [1, 1] }, properties: { name: 'f', rules: [] } };
  expect(await registry.putFence(fence)).toEqual({ refused: 'invalid', problems });
  expect(spool.lastSeq).toBe(0);
  await spool.close();
});

test('terminals that are impossible or named twice are refused, each with its place', async () => {
  const { spool, registry } = await open();
  const terminals = [
    { protocol: 'jt808', number: '7' },
    { protocol: 'jt808', number: '' },
    { protocol: 'jt808', number: '007' },
  ];
  expect(await registry.putVehicle({ id: 'v', terminals })).toMatchObject({
    refused: 'invalid',
    problems: [{ path: 'terminals[1].number' }, { path: 'terminals[2]', message: 'jt808:7 is there twice' }],
  });
  await spool.close();
});

test('what is not there cannot be deleted', async () => {
  const { spool, registry } = await open();
  expect(await registry.deleteVehicle('v')).toEqual({
    refused: 'not-found',
    problems: [{ path: 'id', message: 'there is no vehicle v' }],
  });
  expect(await registry.deleteFence('f')).toMatchObject({ refused: 'not-found' });
  await spool.close();
});

test('first contact: the id is the number, with the protocol where it is taken; the same terminal is the same vehicle', async () => {
  const { spool, registry } = await open();
  const first = registry.ensureVehicleForTerminal('jt808', '00123');
  expect(first).toMatchObject({ no: 1, id: '123', terminals: [{ protocol: 'jt808', number: '123' }] });
  expect(registry.ensureVehicleForTerminal('jt808', '123')).toBe(first);
  expect(registry.ensureVehicleForTerminal('jt905', '123')).toMatchObject({ no: 2, id: 'jt905-123' });
  expect(registry.ensureVehicleForTerminal('mqtt', 'not an id!')).toMatchObject({ no: 3, id: 'mqtt-vehicle-3' });
  expect(spool.lastSeq).toBe(3);
  await spool.close();
});

test('a terminal fills in what is not known and overrules nothing; a plate does not join two vehicles', async () => {
  const { spool, registry } = await open();
  const first = registry.ensureVehicleForTerminal('jt808', '1');
  expect(first.plate).toBeNull();
  const filled = registry.ensureVehicleForTerminal('jt808', '1', { plate: '苏B1', plateColor: 2 });
  expect(filled).toMatchObject({ no: first.no, plate: '苏B1', plateColor: 2 });
  expect(registry.ensureVehicleForTerminal('jt808', '1', { plate: '苏B2', plateColor: 1 })).toBe(filled);
  const other = registry.ensureVehicleForTerminal('jt808', '2', { plate: '苏B1', plateColor: 2 });
  expect(other).toMatchObject({ no: 2, id: '2', plate: '苏B1' });
  await spool.close();
});

test('a terminal that says the same again is not written again', async () => {
  const { spool, registry } = await open();
  await registry.putTerminal({ protocol: 'jt808', number: '07', registered: true, imei: '1' });
  await registry.putTerminal({ protocol: 'jt808', number: '7', registered: true, imei: '1' });
  expect(spool.lastSeq).toBe(1);
  await registry.putTerminal({ protocol: 'jt808', number: '7', registered: false, imei: '1' });
  expect(spool.lastSeq).toBe(2);
  await spool.close();
});

test('fences keep their number and birth, get new revisions, and names of their own where none is given', async () => {
  const { spool, registry } = await open();
  const shape = {
    geometry: { type: 'Point' as const, coordinates: [120, 31] },
    properties: { name: 'f', rules: [], radius: 9 },
  };
  const first = await registry.putFence(shape);
  expect(first).toMatchObject({ created: true, fence: { no: 1, id: 'fence-1', revision: 1, createdAt: NOW } });
  await registry.putFence({ ...shape, id: 'fence-3' });
  const again = await registry.putFence({ ...shape, id: 'fence-1' });
  expect(again).toMatchObject({ created: false, fence: { no: 1, id: 'fence-1', revision: 3, createdAt: NOW } });
  const third = await registry.putFence(shape); // its own name is taken
  expect(third).toMatchObject({ created: true, fence: { no: 3, id: expect.stringMatching(/^[0-9a-f-]{36}$/) } });
  await spool.close();
});

test('while the log takes nothing, writes are refused as unavailable, but a terminal on the line is still known', async () => {
  const { spool, files, registry } = await open();
  files.plan = () => 'fail';
  spool.addFix(someFix(1));
  await new Promise<void>((resolve) => spool.onState(() => resolve()));
  expect(await registry.putVehicle({ id: 'v' })).toMatchObject({ refused: 'unavailable' });
  expect(await registry.putSettings(DEFAULT_RULE_SETTINGS)).toMatchObject({ refused: 'unavailable' });
  expect(registry.ensureVehicleForTerminal('jt808', '1').no).toBe(1);
  await spool.close();
});

test('a crash after a change was applied and before it was committed leaves no trace', async () => {
  const { dir, spool, files, catalog, registry } = await open();
  await registry.putVehicle({ id: 'kept' });
  files.plan = () => 'fail';
  let answered = false;
  registry.putVehicle({ id: 'lost' }).then(() => {
    answered = true;
  });
  expect(catalog.vehicleById('lost')?.no).toBe(2);
  await spool.close(); // as good as a crash: the disk refuses, nothing more is written
  expect(answered).toBe(false);

  const after = await open(dir);
  expect([...after.catalog.vehicles.values()].map(({ id }) => id)).toEqual(['kept']);
  // The number was never given to anybody outside, so another vehicle may have it.
  expect(await after.registry.putVehicle({ id: 'next' })).toMatchObject({ created: true, vehicle: { no: 2 } });
  expect(told(dir, after.spool).snapshot()).toEqual(after.catalog.snapshot());
  await after.spool.close();
});

test('a fix added after first contact comes after its vehicle in the log', async () => {
  const { dir, spool, registry } = await open();
  for (let i = 0; i < 50; i++) {
    const fix = someFix(i);
    fix.vehicleNo = registry.ensureVehicleForTerminal('jt808', String(1000 + i)).no;
    spool.addFix(fix);
  }
  await spool.close();
  const known = new Set<number>();
  for (const block of readAll(dir, 100)) {
    if (block.kind === KIND_CHANGE) known.add(JSON.parse(Buffer.from(block.body).toString()).vehicle.no);
    else expect(known.has(block.firstSeq / 2)).toBe(true);
  }
  expect(known.size).toBe(50);
});

test('rules and the passing of time are told in the log like all else', async () => {
  const { dir, spool, catalog, registry } = await open();
  const input = {
    name: 'silent',
    type: 'offline',
    params: { seconds: 600 },
    scope: {},
    schedule: {},
    timing: {},
    severity: 'info' as const,
    clause: null,
    effectiveFrom: null,
    effectiveTo: null,
    enabled: true,
  };
  const made = await registry.putRule('silent', input);
  expect(made).toMatchObject({ created: true, rule: { id: 'silent', revision: 1, createdAt: NOW } });
  expect(await registry.putRule('silent', { ...input, enabled: false })).toMatchObject({
    created: false,
    rule: { revision: 2, enabled: false },
  });
  registry.tick(NOW + 5000);
  expect(await registry.putRule('other', input)).toMatchObject({ rule: { revision: 4 } });
  expect(await registry.deleteRule('other')).toMatchObject({ rule: { id: 'other' } });
  expect(await registry.deleteRule('other')).toMatchObject({ refused: 'not-found' });
  expect(await registry.putRule('no spaces', input)).toMatchObject({ refused: 'invalid' });
  await spool.close();
  expect(told(dir, spool).snapshot()).toEqual(catalog.snapshot());
  expect([...catalog.rules.keys()]).toEqual(['silent']);

  const [rule] = catalog.rules.values();
  for (let n = 1; n < MAX_RULES; n++) catalog.rules.set(`r${n}`, rule);
  const over = await registry.putRule('one-more', input);
  expect(over).toMatchObject({
    refused: 'invalid',
    problems: [{ path: 'id', message: expect.stringContaining('10000 rules') }],
  });
});
