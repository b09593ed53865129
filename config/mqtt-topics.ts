import { z } from 'zod';
import { TOPIC_NAMES } from '../deliver/mqtt-carrier.js';
import { POSITION_TOPIC_NAMES } from '../deliver/position-publisher.js';
import { CODEC_NAMES, DEFAULT_TOPICS, type TopicSetting, topicRoutes } from '../ingest/mqtt/topic-routes.js';
import { DATUMS } from '../model/datum.js';
import { filterProblem, TopicPattern } from '../model/topic-pattern.js';
import { SPEED_UNITS } from '../model/units.js';
import { structured } from './key.js';

/** A user of the embedded broker; `%u` and `%c` in topic filters are the user's name and the client's id. */
export interface MqttUserSetting {
  user: string;
  /** Made, and kept in the data directory, where it is absent. */
  password?: string;
  /** Topic filters; absent: every topic that is read. */
  publish?: string[];
  /** Topic filters; absent: every topic that answers and commands go to. */
  subscribe?: string[];
}

export const DEFAULT_MQTT_TOPICS: readonly TopicSetting[] = DEFAULT_TOPICS;
export const DEFAULT_MQTT_USERS: readonly MqttUserSetting[] = [{ user: 'feed' }];

const filter = z.string().superRefine((text, context) => {
  const problem = filterProblem(text);
  if (problem !== null) context.addIssue({ code: 'custom', message: problem });
});

const MAX_USERS = 10_000;
const userSetting = z.strictObject({
  user: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, _ or -'),
  password: z.string().min(8, 'must have at least 8 characters').max(200).optional(),
  publish: z.array(filter).optional(),
  subscribe: z.array(filter).optional(),
});

const topicSetting = z.strictObject({
  topic: z.string(),
  codec: z.enum(CODEC_NAMES as [string, ...string[]]),
  datum: z.enum(DATUMS).optional(),
  speedUnit: z.enum(SPEED_UNITS).optional(),
  down: z.string().optional(),
});

/** What is published to: names in braces are filled in, and nothing in it may be a wildcard. */
const topicOf = (allowed: readonly string[]) =>
  z.string().superRefine((topic, context) => {
    const names = [...topic.matchAll(/\{(.*?)\}/g)].map(([, name]) => name);
    const known = names.every((name) => allowed.includes(name));
    const rest = topic.replace(/\{\w+\}/g, '');
    if (!known || /[+#${}]/.test(rest) || filterProblem(topic) !== null) context.addIssue({ code: 'custom' });
  });

export const alertTopic = topicOf(TOPIC_NAMES);
/** Each vehicle's is its own. */
export const positionTopic = topicOf(POSITION_TOPIC_NAMES).refine((topic) => topic.includes('{vehicleId}'));

/** The topic among those read by which what is published would come in again; null where there is none. */
export function comesBackIn(template: string, topics: readonly TopicSetting[]): string | null {
  const example = template.replace(/\{\w+\}/g, '-');
  return topics.find(({ topic }) => new TopicPattern(topic).match(example) !== null)?.topic ?? null;
}

export const mqttTopics = structured.pipe(z.array(topicSetting)).superRefine((topics, context) => {
  try {
    topicRoutes(topics);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
});

export const mqttUsers = structured.pipe(z.array(userSetting).max(MAX_USERS)).superRefine((users, context) => {
  const names = users.map(({ user }) => user);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) context.addIssue({ code: 'custom', message: `${twice} is there twice` });
});
