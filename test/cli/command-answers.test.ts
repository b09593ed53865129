import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { CommandAnswers } from '../../cli/support/command-answers.js';
import { TerminalClient } from '../../cli/support/terminal-client.js';
import type { TerminalFix } from '../../cli/support/terminal-messages.js';
import type { Command } from '../../model/command.js';
import { tcpServer } from '../ingest/tcp-support.js';
import { waitFor } from '../support/wait-for.js';

/** A number of more than 12 digits belongs to a terminal of 2019. */
test.each(['13900000001', '13900000000002'])(
  'the simulated terminal %s does what it is told, or says that it cannot',
  async (number) => {
    const s = await tcpServer({ auth: 'any' });
    const fix: TerminalFix = {
      time: Math.floor(Date.now() / 1000) * 1000,
      lon: 120.3,
      lat: 31.5,
      speedKmh: 40,
      headingDeg: 90,
      altitudeM: 7,
      mileageKm: 12.5,
    };
    const answers = new CommandAnswers(number, () => fix);
    const terminal = new TerminalClient({
      host: '127.0.0.1',
      port: s.port,
      number,
      answer: (message, edition) => answers.answer(message, edition),
    });
    onTestFinished(() => terminal.stop());
    terminal.start();
    await once(terminal, 'online');
    const vehicles = [s.registry.ensureVehicleForTerminal('jt808', number)];
    const tell = async (type: string, params: Record<string, unknown> = {}): Promise<Command> => {
      const order = { vehicles, type, params, expiresInMs: 60_000, neverLate: false, by: 'test', asBatch: false };
      const answer = await s.desk.give(order);
      if ('problems' in answer || 'refused' in answer.outcomes[0]) throw new Error(JSON.stringify(answer));
      const { id } = answer.outcomes[0].command;
      const command = () => s.book.get(id) as Command;
      return waitFor('the command to end', command, ({ endedAt }) => endedAt !== null, { everyMs: 5 });
    };

    expect(await tell('text', { text: 'a' })).toMatchObject({ state: 'acknowledged' });
    expect(await tell('locate')).toMatchObject({
      state: 'answered',
      answer: { lon: 120.3, lat: 31.5, mileageKm: 12.5 },
    });
    expect(await tell('set-parameters', { parameters: { maxSpeedKmh: 80 } })).toMatchObject({ state: 'acknowledged' });
    expect(await tell('get-parameters', { parameters: ['maxSpeedKmh'] })).toMatchObject({
      state: 'answered',
      answer: { params: [{ id: '0x0055', name: 'maxSpeedKmh', value: 80 }] },
    });
    expect((await tell('get-parameters')).answer?.params).toHaveLength(4);
    const doors = await tell('vehicle-control', { doors: 'lock' });
    expect(doors.history.map(({ state }) => state)).toEqual(['queued', 'sent', 'acknowledged', 'answered']);
    expect(doors.answer?.status).toBe(0x1003);
    expect(await tell('vehicle-control', { doors: 'unlock' })).toMatchObject({
      state: 'answered',
      answer: { status: 3 },
    });
    expect(await tell('get-attributes')).toMatchObject({
      state: 'answered',
      answer: { manufacturer: 'CHEJI', model: 'SIM' },
    });
    expect(await tell('photo', { channel: 1 })).toMatchObject({ state: 'failed', reason: 'not-supported' });
  },
);
