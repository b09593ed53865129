import type { ExplainedFrame, MessageInfo } from '../../model/protocol-tools.js';
import type { QuirkInfo } from '../../model/quirks.js';
import type { ApiClient } from '../api-client.js';
import { language } from '../text/language.js';

/** A protocol as `GET /v1/protocols` lists it. */
export interface ProtocolJson {
  name: string;
  title: string;
  editions: string[];
  messages: MessageInfo[];
  quirks: QuirkInfo[];
}

/** What `…/explain` answers. */
export interface Explanation {
  bytes: string;
  frames: ExplainedFrame[];
}

/** The protocols that the server speaks, read once. */
export class ProtocolBook {
  readonly #api: ApiClient;
  #protocols: Promise<ProtocolJson[]> | null = null;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** Throws as ApiClient does; the next call then asks again. */
  async read(): Promise<ProtocolJson[]> {
    this.#protocols ??= this.#api.get<{ items: ProtocolJson[] }>('/v1/protocols').then(({ items }) => items);
    try {
      return await this.#protocols;
    } catch (error) {
      this.#protocols = null;
      throw error;
    }
  }

  /** "0x0200 位置信息汇报 LocationReport · 2013" of a frame; its id alone where no text has it. */
  async titleOf({ decoded, offset }: ExplainedFrame): Promise<string> {
    if (!decoded.ok) return `@ ${offset}`;
    // Not every protocol has ids in hex, or editions.
    const id = String(decoded.msgId ?? decoded.type ?? decoded.protocol);
    const messages = (await this.read()).find(({ name }) => name === decoded.protocol)?.messages ?? [];
    const message = messages.find((each) => each.id === id);
    return [message ? messageTitle(message) : id, decoded.edition].filter(Boolean).join(' · ');
  }
}

/** "0x0200 位置信息汇报 LocationReport", the language of the page first. */
export function messageTitle({ id, name, chinese }: Pick<MessageInfo, 'id' | 'name' | 'chinese'>): string {
  return language() === 'en' ? `${id} ${name} ${chinese}` : `${id} ${chinese} ${name}`;
}
