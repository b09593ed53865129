/** How a parameter's value is sent. STRUCT: bytes of its own layout, shown as hex. */
export type ParameterType = 'BYTE' | 'WORD' | 'DWORD' | 'STRING' | 'STRUCT';

export interface Parameter {
  id: number;
  type: ParameterType;
  /** With the unit at its end. */
  name: string;
}

type Row = [id: number, type: ParameterType, name: string];

/**
 * Terminal parameters (终端参数项): 2011 §8.8, 2013 §8.9, 2019 §8.12; 0x0075–0x007C JT/T 1078-2016. The 2011 draft prints DWORD for 0x0081 and 0x0082.
 */
const ROWS: readonly Row[] = [
  [0x0001, 'DWORD', 'heartbeatIntervalS'],
  [0x0002, 'DWORD', 'tcpAckTimeoutS'],
  [0x0003, 'DWORD', 'tcpRetries'],
  [0x0004, 'DWORD', 'udpAckTimeoutS'],
  [0x0005, 'DWORD', 'udpRetries'],
  [0x0006, 'DWORD', 'smsAckTimeoutS'],
  [0x0007, 'DWORD', 'smsRetries'],
  [0x0010, 'STRING', 'mainServerApn'],
  [0x0011, 'STRING', 'mainServerUser'],
  [0x0012, 'STRING', 'mainServerPassword'],
  [0x0013, 'STRING', 'mainServerAddress'],
  [0x0014, 'STRING', 'backupServerApn'],
  [0x0015, 'STRING', 'backupServerUser'],
  [0x0016, 'STRING', 'backupServerPassword'],
  [0x0017, 'STRING', 'backupServerAddress'],
  [0x0018, 'DWORD', 'serverTcpPort'],
  [0x0019, 'DWORD', 'serverUdpPort'],
  [0x001a, 'STRING', 'icCardServerAddress'],
  [0x001b, 'DWORD', 'icCardServerTcpPort'],
  [0x001c, 'DWORD', 'icCardServerUdpPort'],
  [0x001d, 'STRING', 'icCardBackupServerAddress'],
  [0x0020, 'DWORD', 'reportStrategy'], // 0 time, 1 distance, 2 both
  [0x0021, 'DWORD', 'reportPlan'], //     0 by ACC, 1 by login, then ACC
  [0x0022, 'DWORD', 'notLoggedInIntervalS'],
  [0x0023, 'STRING', 'slaveServerApn'],
  [0x0024, 'STRING', 'slaveServerUser'],
  [0x0025, 'STRING', 'slaveServerPassword'],
  [0x0026, 'STRING', 'slaveServerAddress'],
  [0x0027, 'DWORD', 'sleepingIntervalS'],
  [0x0028, 'DWORD', 'emergencyIntervalS'],
  [0x0029, 'DWORD', 'defaultIntervalS'],
  [0x002c, 'DWORD', 'defaultDistanceM'],
  [0x002d, 'DWORD', 'notLoggedInDistanceM'],
  [0x002e, 'DWORD', 'sleepingDistanceM'],
  [0x002f, 'DWORD', 'emergencyDistanceM'],
  [0x0030, 'DWORD', 'cornerAngleDeg'],
  [0x0031, 'WORD', 'illegalDisplacementRadiusM'],
  [0x0032, 'STRUCT', 'forbiddenDrivingPeriod'], // start h, start min, end h, end min, binary
  [0x0040, 'STRING', 'platformPhone'],
  [0x0041, 'STRING', 'resetPhone'],
  [0x0042, 'STRING', 'factoryResetPhone'],
  [0x0043, 'STRING', 'platformSmsPhone'],
  [0x0044, 'STRING', 'smsAlarmPhone'],
  [0x0045, 'DWORD', 'answering'], // 0 automatic, 1 automatic only with ACC on
  [0x0046, 'DWORD', 'maxCallS'],
  [0x0047, 'DWORD', 'maxCallPerMonthS'],
  [0x0048, 'STRING', 'listenInPhone'],
  [0x0049, 'STRING', 'privilegedSmsNumber'],
  [0x0050, 'DWORD', 'alarmMask'],
  [0x0051, 'DWORD', 'alarmSmsMask'],
  [0x0052, 'DWORD', 'alarmPhotoMask'],
  [0x0053, 'DWORD', 'alarmPhotoStoreMask'],
  [0x0054, 'DWORD', 'criticalAlarmMask'],
  [0x0055, 'DWORD', 'maxSpeedKmh'],
  [0x0056, 'DWORD', 'overspeedDurationS'],
  [0x0057, 'DWORD', 'continuousDrivingLimitS'],
  [0x0058, 'DWORD', 'dayDrivingLimitS'],
  [0x0059, 'DWORD', 'minRestS'],
  [0x005a, 'DWORD', 'maxParkingS'],
  [0x005b, 'WORD', 'overspeedWarningMargin100mh'], // 0.1 km/h
  [0x005c, 'WORD', 'fatigueWarningMarginS'],
  [0x005d, 'WORD', 'collision'], // bits 0–7 time (4 ms in 2013, ms in 2019), 8–15 acceleration 0.1 g
  [0x005e, 'WORD', 'rolloverAngleDeg'],
  [0x0064, 'DWORD', 'timedPhoto'],
  [0x0065, 'DWORD', 'distancePhoto'],
  [0x0070, 'DWORD', 'imageQuality'],
  [0x0071, 'DWORD', 'brightness'],
  [0x0072, 'DWORD', 'contrast'],
  [0x0073, 'DWORD', 'saturation'],
  [0x0074, 'DWORD', 'chroma'],
  [0x0075, 'STRUCT', 'avSettings'],
  [0x0076, 'STRUCT', 'avChannels'],
  [0x0077, 'STRUCT', 'channelVideoSettings'],
  [0x0079, 'STRUCT', 'specialAlarmRecording'],
  [0x007a, 'DWORD', 'videoAlarmMask'],
  [0x007b, 'STRUCT', 'imageAnalysisAlarm'],
  [0x007c, 'STRUCT', 'sleepWakeUp'],
  [0x0080, 'DWORD', 'odometer100m'],
  [0x0081, 'WORD', 'province'],
  [0x0082, 'WORD', 'city'],
  [0x0083, 'STRING', 'plate'],
  [0x0084, 'BYTE', 'plateColor'],
  [0x0090, 'BYTE', 'gnssMode'],
  [0x0091, 'BYTE', 'gnssBaud'],
  [0x0092, 'BYTE', 'gnssOutputRate'],
  [0x0093, 'DWORD', 'gnssSampleS'],
  [0x0094, 'BYTE', 'gnssUploadMode'],
  [0x0095, 'DWORD', 'gnssUploadSetting'],
  [0x0100, 'DWORD', 'can1SampleMs'],
  [0x0101, 'WORD', 'can1UploadS'],
  [0x0102, 'DWORD', 'can2SampleMs'],
  [0x0103, 'WORD', 'can2UploadS'],
];

export const PARAMETERS: readonly Parameter[] = ROWS.map(([id, type, name]) => ({ id, type, name }));

const BY_ID = new Map(PARAMETERS.map((known) => [known.id, known]));

/** 0x0110–0x01FF: sampling of one CAN id each, eight bytes. */
const CAN_FIRST = 0x0110;
const CAN_LAST = 0x01ff;

/** The parameter of an id; undefined for those of vendors (0xF000 and up) and for ids that no edition has. */
export function parameter(id: number): Parameter | undefined {
  if (id >= CAN_FIRST && id <= CAN_LAST) return { id, type: 'STRUCT', name: 'canIdSampling' };
  return BY_ID.get(id);
}
