import { attachmentsRequest } from '../messages/attachments.js';
import { command } from './command-type.js';
import { int, object, pattern, text } from './params.js';

/** The files that belong to an alarm, to a file server. The server of this system asks by itself (ingest/attachment-requests.ts). */
export const requestAttachments = command({
  type: 'request-attachments',
  summary: 'send the pictures and videos of an alarm to a file server',
  messages: [attachmentsRequest],
  params: object({
    server: text(1, 255, 'address that the terminal sends them to'),
    tcpPort: int(1, 0xffff),
    alarmKey: pattern(/^(?:[0-9a-f]{32}|[0-9a-f]{80})$/, '16 or 40 bytes as hex', 'the key that the alarm came with'),
    alert: pattern(/^[a-z2-7]{26}$/, '26 characters a–z, 2–7', 'the alert that they will belong to'),
  }),
  encode: ({ server, tcpPort, alarmKey, alert }) => ({
    message: attachmentsRequest,
    fields: { serverAddress: server, tcpPort, udpPort: 0, alarmKey, alarmNumber: alert },
  }),
});
