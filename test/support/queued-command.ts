import type { Command } from '../../model/command.js';

/** A command that waits for terminal `number`. */
export function queuedCommand(id: string, number = '1'): Command {
  return {
    ...{ id, vehicleId: 'v1', terminal: { protocol: 'jt808', number }, type: 'text', params: { text: 'a' } },
    ...{ batch: null, createdAt: 1, expiresAt: 2, neverLate: false, by: 'admin' },
    ...{ state: 'queued', attempts: 0, history: [{ state: 'queued', at: 1 }] },
    ...{ answer: null, reason: null, endedAt: null },
  };
}
