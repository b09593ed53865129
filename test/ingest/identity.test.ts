import { expect, test } from 'vitest';
import { Identity, type IdentityOptions } from '../../ingest/identity.js';
import { makeIntake, NOW } from './support.js';

const KEY = 'secret of this installation';
const TERMINAL = { protocol: 'jt808', number: '13800000001', registered: true };
const MINUTE = 60_000;

function identity(over: Partial<IdentityOptions> = {}) {
  const { registry, catalog, log } = makeIntake();
  return {
    who: new Identity({ registry, key: KEY, auth: 'required', registrationRequired: false, ...over }),
    registry,
    catalog,
    log,
  };
}

const request = { terminal: TERMINAL, plate: '京A12345', plateColor: 2 };

test('a code belongs to one terminal of one protocol and one installation, and needs no memory', () => {
  const code = identity().who.authCode('jt808', '13800000001');
  expect(code).toMatch(/^[0-9a-f]{24}$/);
  expect(identity().who.authCode('jt808', '13800000001')).toBe(code);
  const others = [
    identity().who.authCode('jt808', '13800000002'),
    identity().who.authCode('jt905', '13800000001'),
    identity({ key: 'secret of another' }).who.authCode('jt808', '13800000001'),
  ];
  expect(new Set([code, ...others]).size).toBe(4);
});

test('a terminal that registered before every database was lost still gets in', () => {
  const answer = identity().who.register(request);
  const { who, catalog } = identity();
  expect(answer).toEqual({ result: 0, authCode: who.authCode('jt808', '13800000001') });
  expect(who.authenticate(TERMINAL, answer.result === 0 ? answer.authCode : '', NOW)).toBe('ok');
  expect(who.vehicleNo('jt808', '13800000001')).toBe(1);
  expect(catalog.vehicles.get(1)?.id).toBe('13800000001');
});

test('registering again gives the same code and overrules nothing that the registry says', async () => {
  const { who, registry, catalog, log } = identity();
  void registry.putVehicle({ id: 'V1', plate: '沪B1', terminals: [{ protocol: 'jt808', number: '13800000001' }] });
  expect(who.register(request)).toEqual(who.register(request));
  expect(catalog.vehicleById('V1')?.plate).toBe('沪B1');
  const changes = log.changes.length;
  who.register(request);
  expect(log.changes.length).toBe(changes); // nothing new was said
});

test.each(['', 'x', 'a'.repeat(24), '码'.repeat(8)])('%j is not the code', (code) => {
  expect(identity().who.authenticate(TERMINAL, code, NOW)).toBe('wrong-code');
});

test('five wrong codes hold the terminal for ten minutes; a right one in between forgets the wrong ones', () => {
  const { who } = identity();
  const right = who.authCode('jt808', '13800000001');
  const wrong = (n: number, at: number) => {
    for (let i = 0; i < n; i++) expect(who.authenticate(TERMINAL, 'wrong', at)).toBe('wrong-code');
  };
  wrong(4, NOW);
  expect(who.authenticate(TERMINAL, right, NOW)).toBe('ok');
  wrong(5, NOW);
  expect(who.authenticate(TERMINAL, right, NOW + 10 * MINUTE - 1)).toBe('held');
  expect(who.authenticate(TERMINAL, right, NOW + 10 * MINUTE)).toBe('ok');
  wrong(4, NOW + 20 * MINUTE);
  wrong(4, NOW + 30 * MINUTE); // the earlier four are forgotten by now
  expect(who.authenticate(TERMINAL, right, NOW + 30 * MINUTE)).toBe('ok');
});

test('holds are remembered for a bounded number of terminals', () => {
  const { who } = identity();
  who.hold('jt808', '1', NOW + MINUTE);
  for (let i = 2; i <= 10_001; i++) who.hold('jt808', String(i), NOW + MINUTE);
  expect(who.isHeld('jt808', '1', NOW)).toBe(false);
  expect(who.isHeld('jt808', '2', NOW)).toBe(true);
});

test('what a 2019 terminal says when it authenticates is added to what it said when it registered', () => {
  const { who, catalog } = identity();
  who.register({ ...request, terminal: { ...TERMINAL, model: 'T1' } });
  const facts = { ...TERMINAL, imei: '860000000000001', softwareVersion: '1.0' };
  who.authenticate(facts, who.authCode('jt808', '13800000001'), NOW);
  expect(catalog.terminals.get('jt808:13800000001')).toMatchObject({ model: 'T1', imei: '860000000000001' });
});

test('beyond so many vehicles no terminal makes another, however it comes; those that there are go on', () => {
  const { who, registry, catalog } = identity({ auth: 'off', maxVehicles: 1 });
  expect(who.register(request).result).toBe(0);
  const other = { ...TERMINAL, number: '13800000002' };
  expect(who.register({ ...request, terminal: other })).toEqual({ result: 4 });
  expect(who.authenticate(other, 'any', NOW)).toBe('unknown-terminal');
  expect(who.vehicleNo('jt808', other.number)).toBe(0);
  expect([catalog.vehicles.size, catalog.terminals.size]).toEqual([1, 1]);
  expect(who.vehicleNo('jt808', TERMINAL.number)).toBe(1);
  expect(who.register({ ...request, plate: '京B2' }).result).toBe(0);
  void registry.putVehicle({ id: 'V2', terminals: [{ protocol: 'jt808', number: other.number }] });
  expect(who.register({ ...request, terminal: other }).result).toBe(0);
});
