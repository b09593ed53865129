import type { Message } from '../message.js';
import * as areasDelete from './areas-delete.js';
import * as areasQuery from './areas-query.js';
import * as areasSet from './areas-set.js';
import * as attachments from './attachments.js';
import { audioRecord } from './audio-record.js';
import * as camera from './camera.js';
import { canData } from './can-data.js';
import { compressedUpload } from './compressed-upload.js';
import * as driverIdentity from './driver-identity.js';
import * as eventsAndQuestions from './events-and-questions.js';
import { platformGeneralResponse, terminalGeneralResponse } from './general-response.js';
import { heartbeat } from './heartbeat.js';
import * as infoServices from './info-services.js';
import { locationBatch } from './location-batch.js';
import * as locationQuery from './location-query.js';
import { locationReport } from './location-report.js';
import { locationQueryResponse, vehicleControlResponse } from './location-responses.js';
import * as media from './media.js';
import * as parameters from './parameters.js';
import * as phone from './phone.js';
import * as recorder from './recorder.js';
import { registerResponse } from './register-response.js';
import { platformResendRequest, terminalResendRequest } from './resend-parts.js';
import * as rsaKey from './rsa-key.js';
import { serverTimeQuery, serverTimeResponse } from './server-time.js';
import * as storedMedia from './stored-media.js';
import * as terminalAttributes from './terminal-attributes.js';
import { terminalAuth } from './terminal-auth.js';
import { terminalControl } from './terminal-control.js';
import { terminalDeregister } from './terminal-deregister.js';
import { terminalRegister } from './terminal-register.js';
import { textMessage } from './text-message.js';
import * as transparent from './transparent.js';
import * as upgrade from './upgrade.js';
import { vehicleControl } from './vehicle-control.js';
import * as videoAttributes from './video-attributes.js';
import * as videoCamera from './video-camera.js';
import { liveVideoControl, liveVideoStart, liveVideoStatus } from './video-live.js';
import * as videoPlayback from './video-playback.js';
import { waybill } from './waybill.js';

/** Every message whose body is decoded and encoded. */
export const MESSAGES: readonly Message[] = [
  terminalGeneralResponse,
  platformGeneralResponse,
  heartbeat,
  terminalDeregister,
  serverTimeQuery,
  serverTimeResponse,
  platformResendRequest,
  terminalResendRequest,
  terminalRegister,
  registerResponse,
  terminalAuth,
  ...Object.values(parameters),
  terminalControl,
  ...Object.values(terminalAttributes),
  ...Object.values(upgrade),
  locationReport,
  ...Object.values(locationQuery),
  locationQueryResponse,
  textMessage,
  ...Object.values(eventsAndQuestions),
  ...Object.values(infoServices),
  ...Object.values(phone),
  vehicleControl,
  vehicleControlResponse,
  ...Object.values(areasSet),
  ...Object.values(areasDelete),
  ...Object.values(areasQuery),
  ...Object.values(recorder),
  waybill,
  ...Object.values(driverIdentity),
  locationBatch,
  canData,
  ...Object.values(media),
  ...Object.values(camera),
  ...Object.values(storedMedia),
  audioRecord,
  ...Object.values(transparent),
  compressedUpload,
  ...Object.values(rsaKey),
  ...Object.values(videoAttributes),
  liveVideoStart,
  liveVideoControl,
  liveVideoStatus,
  ...Object.values(videoPlayback),
  ...Object.values(videoCamera),
  ...Object.values(attachments),
];

export const MESSAGES_BY_ID: ReadonlyMap<number, Message> = new Map(MESSAGES.map((m) => [m.id, m]));
