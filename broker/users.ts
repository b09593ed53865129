import { createHash, timingSafeEqual } from 'node:crypto';
import { coversFilter, matchesTopic } from '../model/topic-pattern.js';

/** Who may come to a broker of our own, and what for. Topic filters; `%u` in them is the user's name, `%c` the client's id. */
export interface BrokerUser {
  name: string;
  password: string;
  publish: readonly string[];
  subscribe: readonly string[];
}

/** What one client may do: nothing but what is listed. */
export interface TopicRights {
  mayPublish(topic: string): boolean;
  maySubscribe(filter: string): boolean;
}

/** An id that would change the shape of the filter it is put into. */
const UNFIT_FOR_TOPICS = /[+#/]/;

/** The users of a broker, looked up at connect; nobody gets in without a name and a password. */
export class BrokerUsers {
  readonly #byName: ReadonlyMap<string, { user: BrokerUser; digest: Buffer }>;

  constructor(users: readonly BrokerUser[]) {
    this.#byName = new Map(users.map((user) => [user.name, { user, digest: digestOf(user.password) }]));
  }

  /** The rights of a client; null where name and password are not those of a user. */
  login(name: string | undefined, password: Uint8Array | undefined, clientId: string): TopicRights | null {
    const known = this.#byName.get(name ?? '');
    // Compared in any case, so that the time taken does not tell whether the name exists.
    const good = timingSafeEqual(known?.digest ?? NOBODY, digestOf(password ?? ''));
    return known && good ? rightsOf(known.user, clientId) : null;
  }
}

/** Of equal length whatever the password is. */
function digestOf(password: string | Uint8Array): Buffer {
  return createHash('sha256').update(password).digest();
}
const NOBODY = Buffer.alloc(32);

function rightsOf(user: BrokerUser, clientId: string): TopicRights {
  const publish = filled(user.publish, user.name, clientId);
  const subscribe = filled(user.subscribe, user.name, clientId);
  return {
    mayPublish: (topic) => publish.some((filter) => matchesTopic(filter, topic)),
    maySubscribe: (filter) => subscribe.some((wider) => coversFilter(wider, filter)),
  };
}

function filled(filters: readonly string[], name: string, clientId: string): string[] {
  return filters
    .filter((filter) => !filter.includes('%c') || (clientId !== '' && !UNFIT_FOR_TOPICS.test(clientId)))
    .map((filter) => filter.replaceAll('%u', name).replaceAll('%c', clientId));
}
