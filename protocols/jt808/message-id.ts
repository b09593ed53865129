/**
 * All message ids of JT/T 808 (2011 draft, 2013, 2019), of JT/T 1078-2016 on the same connection, and of T/JSATL 12-2017.
 * Names: house names, English and Chinese; the order is that of the standard's appendix.
 */
export interface MessageId {
  id: number;
  name: string;
  chinese: string;
  /** `up`: from the terminal to the platform. */
  direction: 'up' | 'down';
  /** Where it first appears. */
  since: '2011' | '2013' | '2019' | 'JT/T 1078-2016' | 'T/JSATL 12-2017';
  /** 2019 keeps the id and no longer describes the body. */
  droppedIn2019?: true;
}

type Row = [
  id: number,
  name: string,
  chinese: string,
  direction: 'up' | 'down',
  since: MessageId['since'],
  note?: '19✗',
];

const ROWS: readonly Row[] = [
  [0x0001, 'TerminalGeneralResponse', '终端通用应答', 'up', '2011'],
  [0x8001, 'PlatformGeneralResponse', '平台通用应答', 'down', '2011'],
  [0x0002, 'Heartbeat', '终端心跳', 'up', '2011'],
  [0x0003, 'TerminalDeregister', '终端注销', 'up', '2011'],
  [0x0004, 'ServerTimeQuery', '查询服务器时间请求', 'up', '2019'],
  [0x8004, 'ServerTimeResponse', '查询服务器时间应答', 'down', '2019'],
  [0x8003, 'PlatformResendRequest', '服务器补传分包请求', 'down', '2013'],
  [0x0005, 'TerminalResendRequest', '终端补传分包请求', 'up', '2019'],
  [0x0100, 'TerminalRegister', '终端注册', 'up', '2011'],
  [0x8100, 'RegisterResponse', '终端注册应答', 'down', '2011'],
  [0x0102, 'TerminalAuth', '终端鉴权', 'up', '2011'],
  [0x8103, 'ParametersSet', '设置终端参数', 'down', '2011'],
  [0x8104, 'ParametersQuery', '查询终端参数', 'down', '2011'],
  [0x8106, 'ParametersQuerySome', '查询指定终端参数', 'down', '2013'],
  [0x0104, 'ParametersResponse', '查询终端参数应答', 'up', '2011'],
  [0x8105, 'TerminalControl', '终端控制', 'down', '2011'],
  [0x8107, 'AttributesQuery', '查询终端属性', 'down', '2013'],
  [0x0107, 'AttributesResponse', '查询终端属性应答', 'up', '2013'],
  [0x8108, 'UpgradePackage', '下发终端升级包', 'down', '2013'],
  [0x0108, 'UpgradeResult', '终端升级结果通知', 'up', '2013'],
  [0x0200, 'LocationReport', '位置信息汇报', 'up', '2011'],
  [0x8201, 'LocationQuery', '位置信息查询', 'down', '2011'],
  [0x0201, 'LocationQueryResponse', '位置信息查询应答', 'up', '2011'],
  [0x8202, 'TrackingControl', '临时位置跟踪控制', 'down', '2011'],
  [0x8203, 'AlarmConfirm', '人工确认报警消息', 'down', '2013'],
  [0x8204, 'LinkCheck', '链路检测', 'down', '2019'],
  [0x8300, 'TextMessage', '文本信息下发', 'down', '2011'],
  [0x8301, 'EventListSet', '事件设置', 'down', '2011', '19✗'],
  [0x0301, 'EventReport', '事件报告', 'up', '2011', '19✗'],
  [0x8302, 'QuestionAsk', '提问下发', 'down', '2011', '19✗'],
  [0x0302, 'QuestionAnswer', '提问应答', 'up', '2011', '19✗'],
  [0x8303, 'InfoMenuSet', '信息点播菜单设置', 'down', '2011', '19✗'],
  [0x0303, 'InfoSubscribe', '信息点播/取消', 'up', '2011', '19✗'],
  [0x8304, 'InfoService', '信息服务', 'down', '2011', '19✗'],
  [0x8400, 'CallBack', '电话回拨', 'down', '2011'],
  [0x8401, 'PhoneBookSet', '设置电话本', 'down', '2011'],
  [0x8500, 'VehicleControl', '车辆控制', 'down', '2011'],
  [0x0500, 'VehicleControlResponse', '车辆控制应答', 'up', '2011'],
  [0x8600, 'CircleAreaSet', '设置圆形区域', 'down', '2011'],
  [0x8601, 'CircleAreaDelete', '删除圆形区域', 'down', '2011'],
  [0x8602, 'RectangleAreaSet', '设置矩形区域', 'down', '2011'],
  [0x8603, 'RectangleAreaDelete', '删除矩形区域', 'down', '2011'],
  [0x8604, 'PolygonAreaSet', '设置多边形区域', 'down', '2011'],
  [0x8605, 'PolygonAreaDelete', '删除多边形区域', 'down', '2011'],
  [0x8606, 'RouteSet', '设置路线', 'down', '2011'],
  [0x8607, 'RouteDelete', '删除路线', 'down', '2011'],
  [0x8608, 'AreasQuery', '查询区域或线路数据', 'down', '2019'],
  [0x0608, 'AreasResponse', '查询区域或线路数据应答', 'up', '2019'],
  [0x8700, 'RecorderDataQuery', '行驶记录数据采集命令', 'down', '2011'],
  [0x0700, 'RecorderData', '行驶记录数据上传', 'up', '2011'],
  [0x8701, 'RecorderParametersSet', '行驶记录参数下传命令', 'down', '2011'],
  [0x0701, 'Waybill', '电子运单上报', 'up', '2011'],
  [0x8702, 'DriverIdentityQuery', '上报驾驶员身份信息请求', 'down', '2013'],
  [0x0702, 'DriverIdentity', '驾驶员身份信息采集上报', 'up', '2011'],
  [0x0704, 'LocationBatch', '定位数据批量上传', 'up', '2013'],
  [0x0705, 'CanData', 'CAN 总线数据上传', 'up', '2013'],
  [0x0800, 'MediaEvent', '多媒体事件信息上传', 'up', '2011'],
  [0x0801, 'MediaData', '多媒体数据上传', 'up', '2011'],
  [0x8800, 'MediaDataResponse', '多媒体数据上传应答', 'down', '2011'],
  [0x8801, 'CameraShoot', '摄像头立即拍摄命令', 'down', '2011'],
  [0x0805, 'CameraShootResponse', '摄像头立即拍摄命令应答', 'up', '2013'],
  [0x8802, 'StoredMediaSearch', '存储多媒体数据检索', 'down', '2011'],
  [0x0802, 'StoredMediaResponse', '存储多媒体数据检索应答', 'up', '2011'],
  [0x8803, 'StoredMediaUpload', '存储多媒体数据上传', 'down', '2011'],
  [0x8804, 'AudioRecord', '录音开始命令', 'down', '2011'],
  [0x8805, 'StoredMediumUpload', '单条存储多媒体数据检索上传命令', 'down', '2013'],
  [0x8900, 'TransparentDown', '数据下行透传', 'down', '2011'],
  [0x0900, 'TransparentUp', '数据上行透传', 'up', '2011'],
  [0x0901, 'CompressedUpload', '数据压缩上报', 'up', '2011'],
  [0x8a00, 'PlatformRsaKey', '平台 RSA 公钥', 'down', '2011'],
  [0x0a00, 'TerminalRsaKey', '终端 RSA 公钥', 'up', '2011'],
  [0x1003, 'AvAttributesUpload', '终端上传音视频属性', 'up', 'JT/T 1078-2016'],
  [0x1005, 'PassengerFlow', '终端上传乘客流量', 'up', 'JT/T 1078-2016'],
  [0x1205, 'AvResourceList', '终端上传音视频资源列表', 'up', 'JT/T 1078-2016'],
  [0x1206, 'FileUploadDone', '文件上传完成通知', 'up', 'JT/T 1078-2016'],
  [0x9003, 'AvAttributesQuery', '查询终端音视频属性', 'down', 'JT/T 1078-2016'],
  [0x9101, 'LiveVideoStart', '实时音视频传输请求', 'down', 'JT/T 1078-2016'],
  [0x9102, 'LiveVideoControl', '音视频实时传输控制', 'down', 'JT/T 1078-2016'],
  [0x9105, 'LiveVideoStatus', '实时音视频传输状态通知', 'down', 'JT/T 1078-2016'],
  [0x9201, 'PlaybackStart', '平台下发远程录像回放请求', 'down', 'JT/T 1078-2016'],
  [0x9202, 'PlaybackControl', '平台下发远程录像回放控制', 'down', 'JT/T 1078-2016'],
  [0x9205, 'AvResourceQuery', '查询资源列表', 'down', 'JT/T 1078-2016'],
  [0x9206, 'FileUploadStart', '文件上传指令', 'down', 'JT/T 1078-2016'],
  [0x9207, 'FileUploadControl', '文件上传控制', 'down', 'JT/T 1078-2016'],
  [0x9301, 'PtzRotate', '云台旋转', 'down', 'JT/T 1078-2016'],
  [0x9302, 'PtzFocus', '云台调整焦距控制', 'down', 'JT/T 1078-2016'],
  [0x9303, 'PtzIris', '云台调整光圈控制', 'down', 'JT/T 1078-2016'],
  [0x9304, 'PtzWiper', '云台雨刷控制', 'down', 'JT/T 1078-2016'],
  [0x9305, 'PtzInfrared', '红外补光控制', 'down', 'JT/T 1078-2016'],
  [0x9306, 'PtzZoom', '云台变倍控制', 'down', 'JT/T 1078-2016'],
  [0x9208, 'AttachmentsRequest', '报警附件上传指令', 'down', 'T/JSATL 12-2017'],
  [0x1210, 'AttachmentsInfo', '报警附件信息', 'up', 'T/JSATL 12-2017'],
  [0x1211, 'AttachmentFileInfo', '文件信息上传', 'up', 'T/JSATL 12-2017'],
  [0x1212, 'AttachmentFileDone', '文件上传完成', 'up', 'T/JSATL 12-2017'],
  [0x9212, 'AttachmentFileResponse', '文件上传完成应答', 'down', 'T/JSATL 12-2017'],
];

export const MESSAGE_IDS: readonly MessageId[] = ROWS.map(([id, name, chinese, direction, since, note]) => ({
  id,
  name,
  chinese,
  direction,
  since,
  ...(note && { droppedIn2019: true }),
}));

const BY_ID = new Map(MESSAGE_IDS.map((m) => [m.id, m]));

/** Ids that the standard leaves to others, by range. */
const RESERVED: readonly [first: number, last: number, name: string][] = [
  [0x0f00, 0x0fff, 'ReservedUp'], //   终端上行消息保留
  [0x8f00, 0x8fff, 'ReservedDown'], // 平台下行消息保留
  [0xe000, 0xefff, 'VendorUp'], //     厂商自定义上行, 2019
  [0xf000, 0xffff, 'VendorDown'], //   厂商自定义下行, 2019
];

/** The English name of an id; `Unknown` where no text has it. */
export function messageName(id: number): string {
  return BY_ID.get(id)?.name ?? RESERVED.find(([first, last]) => id >= first && id <= last)?.[2] ?? 'Unknown';
}
