import type { Alert } from './alert.js';
import type { AlertWord } from './alert-life.js';
import type { Command, CommandProgress } from './command.js';
import type { Fence } from './fence.js';
import type { KeptAnswer } from './kept-answer.js';
import type { Mute } from './mute.js';
import type { Road } from './road.js';
import type { RuleDefinition } from './rule.js';
import type { Upload } from './upload.js';
import type { Vehicle, VehicleCategory } from './vehicle.js';
import type { Weather } from './weather.js';
import type { Webhook } from './webhook.js';

/**
 * A fact other than a fix that everybody must learn in the same order as the fixes: each is one record in the log.
 * A change holds the new form whole, so applying it twice does no harm.
 */
export type Change = Fact & {
  /** Who stands behind it: what the audit shows (model/audit.ts). Absent where nobody does. */
  by?: string;
};

type Fact =
  | { type: 'vehicle-put'; revision: number; at: number; vehicle: Vehicle }
  | { type: 'vehicle-delete'; revision: number; at: number; no: number; id?: string }
  | { type: 'terminal-put'; revision: number; at: number; terminal: TerminalFacts }
  /** What a person says of how a terminal speaks; null: as it is recognised. */
  | {
      type: 'quirks-put';
      revision: number;
      at: number;
      protocol: string;
      number: string;
      quirks: readonly string[] | null;
    }
  | { type: 'fence-put'; revision: number; at: number; fence: Fence }
  | { type: 'fence-delete'; revision: number; at: number; no: number; id?: string }
  | { type: 'rule-put'; revision: number; at: number; rule: RuleDefinition }
  | { type: 'rule-delete'; revision: number; at: number; id: string }
  /** Many at once: a map has a hundred thousand of them. */
  | { type: 'roads-put'; revision: number; at: number; roads: Road[] }
  | { type: 'roads-delete'; revision: number; at: number; ids: string[] }
  /** Those of the set whose revision is below `before`. */
  | { type: 'road-set-delete'; revision: number; at: number; set: string; before: number }
  | { type: 'weather-put'; revision: number; at: number; weather: Weather }
  | { type: 'weather-delete'; revision: number; at: number; id: string }
  | { type: 'webhook-put'; revision: number; at: number; webhook: Webhook }
  | { type: 'webhook-delete'; revision: number; at: number; id: string }
  /** Time itself, for what silence decides: `time` in epoch ms never decreases, and no fix of the present is behind it for long. */
  | { type: 'tick'; revision: number; at: number; time: number }
  | { type: 'settings-put'; revision: number; at: number; settings: RuleSettings }
  /** What a person says of alerts: of one, or of many at once. */
  | {
      type: 'alert-actions';
      revision: number;
      at: number;
      by: string;
      word: AlertWord;
      targets: AlertTarget[];
    }
  /** The same as logs of before have it. */
  | {
      type: 'alert-action';
      revision: number;
      at: number;
      alertId: string;
      action: 'acknowledge' | 'resolve' | 'dismiss';
      by: string;
      note: string;
    }
  | { type: 'mute-put'; revision: number; at: number; mute: Mute }
  | { type: 'mute-delete'; revision: number; at: number; id: string }
  | { type: 'command-put'; revision: number; at: number; commands: Command[] }
  | { type: 'command-step'; revision: number; at: number; steps: CommandProgress[] }
  | { type: 'upload'; revision: number; at: number; upload: Upload }
  /** What the API answered to a request with an Idempotency-Key. */
  | { type: 'answer-put'; revision: number; at: number; answer: KeptAnswer };

/** An alert of which something is said; one whose condition has ended comes with it, because the engine may have forgotten it. */
export interface AlertTarget {
  alertId: string;
  alert?: Alert;
}

/** What a terminal said of itself when it registered or authenticated. */
export interface TerminalFacts {
  protocol: string;
  /** Without leading zeros. */
  number: string;
  /** False after it deregistered (终端注销). */
  registered: boolean;
  manufacturer?: string;
  model?: string;
  terminalId?: string;
  province?: number;
  city?: number;
  imei?: string;
  softwareVersion?: string;
}

/** Limits that hold everywhere; a change of them is a change of rules and so has a revision. */
export interface RuleSettings {
  /** km/h by kind of operation; a kind that is not named has no limit. */
  speedLimits: Partial<Record<VehicleCategory, number>>;
  /** Seconds that a speed limit must be exceeded before it is an alert (交运发〔2016〕160号 annex 2 note 2: 30 s). */
  speedDurationS: number;
}

export const DEFAULT_RULE_SETTINGS: RuleSettings = {
  speedLimits: {
    coach: 100,
    'dangerous-goods': 80,
    truck: 90,
    bus: 70,
    'school-bus': 80,
    taxi: 120,
    'ride-hailing': 120,
  },
  speedDurationS: 30,
};
