import { z } from 'zod';
import { ALARM_NAMES, type AlarmName } from '../../model/alarm.js';
import { equal } from '../checks.js';
import { ruleKind } from '../rule-kind.js';

/** Alarms that tell of the equipment: JT/T 808-2019 §8.21 table 25, bits 4–12 and 24. */
const FAULTS = [
  'gnss-fault', //         GNSS模块发生故障
  'gnss-antenna-cut', //   GNSS天线未接或被剪断
  'gnss-antenna-short', // GNSS天线短路
  'power-low', //          终端主电源欠压
  'power-lost', //         终端主电源掉电
  'display-fault', //      终端LCD或显示器故障
  'tts-fault', //          TTS模块故障
  'camera-fault', //       摄像头故障
  'ic-card-fault', //      道路运输证IC卡模块故障
  'vss-fault', //          车辆VSS故障
] as const satisfies readonly AlarmName[];

/**
 * A terminal reports for longer than `timing.minDuration` that some part of it is at fault: one alert for each fault, from its first
 * report until it is gone. A fault that comes and goes is told once in `timing.coolDown`. What a terminal says of itself in a single
 * report is told at once by the alert `terminal-<name>`.
 */
export const terminalFault = ruleKind<{ faults: (typeof FAULTS)[number][] }, undefined>({
  type: 'terminal-fault',
  describe:
    'a terminal reports a fault of its equipment for longer than `timing.minDuration`; one alert for each fault',
  severity: 'info',
  timing: { minDuration: 60, coolDown: 600 },
  judgesLate: false,
  hearsReports: true,
  parts: ({ faults }) => faults,
  params: z.strictObject({
    faults: z
      .array(z.enum(FAULTS))
      .min(1)
      .default([...FAULTS])
      .describe('each is a rule and an alert of its own'),
  }),
  build(_, __, fault) {
    const bit = ALARM_NAMES.indexOf(fault as AlarmName);
    return {
      judge({ fix }) {
        const reported = ((fix.alarms >>> bit) & 1) === 1;
        return {
          memory: undefined,
          holds: reported,
          explain: () => ({ checks: [equal(`alarm ${fault}`, reported, true)], fault }),
        };
      },
    };
  },
});
