import type { Alert, AlertTransition } from '../model/alert.js';
import type { Catalog } from '../model/catalog.js';
import type { CommandAnswer, CommandInput } from '../model/command.js';
import type { AttachmentOwner } from './attachment-session.js';

export interface AttachmentRequestsOptions {
  catalog: Catalog;
  /** Where terminals send files to. */
  server: { address: string; port: number };
  give(input: CommandInput): Promise<CommandAnswer>;
  /** The newest form of an alert that is open or recent. */
  alert(id: string): Alert | undefined;
  log?: (message: string) => void;
}

/** A terminal keeps the files of an alarm for about so long. */
const EXPIRES_MS = 24 * 3_600_000;

/** Asks terminals for the files of their alarms, as a command that waits where a terminal is away, and knows them again when they come. */
export class AttachmentRequests {
  constructor(private readonly o: AttachmentRequestsOptions) {}

  /** Transitions of alerts, as the engine has committed them. */
  hear(transitions: readonly AlertTransition[]): void {
    for (const { transition, alert } of transitions) {
      if (transition !== 'raised') continue;
      const { alarmKey, attachments } = alert.evidence;
      const vehicle = this.o.catalog.vehicleById(alert.vehicleId);
      if (typeof alarmKey !== 'string' || typeof attachments !== 'number' || attachments < 1 || !vehicle) continue;
      const { address: server, port: tcpPort } = this.o.server;
      const order: CommandInput = {
        ...{ vehicles: [vehicle], type: 'request-attachments', params: { server, tcpPort, alarmKey, alert: alert.id } },
        ...{ expiresInMs: EXPIRES_MS, neverLate: false, by: 'system', asBatch: false },
      };
      this.o.give(order).catch((error: Error) => this.o.log?.(`attachments of alert ${alert.id}: ${error.message}`));
    }
  }

  /** Whose files these are. Who does not know both the alert and its key was not asked. */
  owner(alertId: string, alarmKey: string): AttachmentOwner | undefined {
    const alert = this.o.alert(alertId);
    const vehicle = alert && this.o.catalog.vehicleById(alert.vehicleId);
    if (!alert || !vehicle || alert.evidence.alarmKey !== alarmKey) return undefined;
    const time = Date.parse(alert.occurredAt);
    return { alertId, alarmKey, vehicleNo: vehicle.no, vehicleId: vehicle.id, time };
  }
}
