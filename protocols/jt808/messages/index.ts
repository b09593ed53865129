import type { Message } from '../message.js';
import { platformGeneralResponse, terminalGeneralResponse } from './general-response.js';
import { heartbeat } from './heartbeat.js';
import { locationBatch } from './location-batch.js';
import { locationReport } from './location-report.js';
import { locationQueryResponse, vehicleControlResponse } from './location-responses.js';
import { registerResponse } from './register-response.js';
import { platformResendRequest, terminalResendRequest } from './resend-parts.js';
import { serverTimeQuery, serverTimeResponse } from './server-time.js';
import { terminalAuth } from './terminal-auth.js';
import { terminalDeregister } from './terminal-deregister.js';
import { terminalRegister } from './terminal-register.js';

/** Every message whose body is decoded and encoded. */
export const MESSAGES: readonly Message[] = [
  terminalGeneralResponse,
  heartbeat,
  terminalDeregister,
  serverTimeQuery,
  terminalResendRequest,
  terminalRegister,
  terminalAuth,
  locationReport,
  locationQueryResponse,
  vehicleControlResponse,
  locationBatch,
  platformGeneralResponse,
  platformResendRequest,
  serverTimeResponse,
  registerResponse,
];

export const MESSAGES_BY_ID: ReadonlyMap<number, Message> = new Map(MESSAGES.map((m) => [m.id, m]));
