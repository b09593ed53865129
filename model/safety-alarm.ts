/** What a driver assistance system in the vehicle tells of (主动安全, T/JSATL 12-2017): one alarm of one report. */
export interface SafetyAlarm {
  /** `adas-forward-collision`, `dsm-fatigue`, `tpms-low-pressure`, `bsd-left-approach` …: the type of its alerts. */
  type: string;
  /** The terminal's own number of it: the same at its start and its end. */
  alarmId: number;
  /** `once`: it has no end of its own. */
  phase: 'start' | 'end' | 'once';
  /** 1 or 2, the graver; null where the system has no levels. */
  level: number | null;
  /** Epoch ms; NaN where it is no time. */
  time: number;
  /** Names the alarm and its attachments to the terminal, as hex. */
  key: string;
  /** Files that belong to it. */
  attachments: number;
  /** What the system measured, by name. */
  measured: Record<string, unknown>;
}
