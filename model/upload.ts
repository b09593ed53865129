import type { SourceName } from './source.js';

/** What a terminal may report besides fixes and alarms. */
export const UPLOAD_KINDS = [
  'driver', //      who drives (驾驶员身份信息); content: DriverReport
  'waybill', //     electronic waybill (电子运单)
  'can', //         frames of the CAN bus
  'passengers', //  who got on and off (乘客流量)
  'recorder', //    data of the driving recorder (行驶记录数据, GB/T 19056)
  'attributes', //  what the terminal is and can do (终端属性)
  'media-event', // a picture, sound or video has been made (多媒体事件)
  'media', //       one has arrived; content: MediumFacts
  'attachment', //  a file that belongs to an alarm has arrived (报警附件); content: MediumFacts
  'transparent', // bytes of something behind the terminal (数据上行透传)
  'event', //       the driver chose from the list of events (事件报告)
  'answer', //      … answered a question (提问应答)
  'shift', //       a taxi driver's shift, as the meter added it up (下班签退信息)
  'trip', //        a trip of a taxi, with its meter and its rating (运营数据)
  'vessel', //      who a ship is and where she is bound (AIS static and voyage data)
  'report', //      anything else that a publisher over MQTT told; content.event says what
  'rsa-key', //     its public key (终端 RSA 公钥)
  'info', //        … ordered or cancelled an information service (信息点播)
] as const;

export type UploadKind = (typeof UPLOAD_KINDS)[number];

/** One fact that a terminal reported: a record of the log, and a row of the table `uploads`. */
export interface Upload {
  /** The same for a report that is sent or replayed again; greater or smaller means nothing. */
  id: string;
  vehicleNo: number;
  vehicleId: string;
  kind: UploadKind;
  /** Epoch ms: by the terminal's clock, or of receipt where it names no time. */
  time: number;
  /** Epoch ms by our clock. */
  receivedTime: number;
  source: SourceName;
  content: Record<string, unknown>;
}

/** A report as a protocol reads it. */
export type UploadFact = Pick<Upload, 'kind' | 'content'> & {
  /** Epoch ms by the terminal's clock; NaN where it names no time. */
  time: number;
  /** The message's own number: what tells one that is sent again from the same said twice. */
  serial: number;
};

/** Which uploads of a vehicle are asked for. */
export interface UploadFilter {
  kind?: readonly UploadKind[];
  /** Bounds of `time`, epoch ms: from ≤ time < to. */
  from?: number;
  to?: number;
  /** The alert that attachments belong to. */
  alert?: string;
}

/** Place of an upload in a list that runs from the newest: by time, then by id. */
export interface UploadPlace {
  /** Epoch ms. */
  time: number;
  id: string;
}
