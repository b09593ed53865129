import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { CommandDesk } from '../../ingest/command-desk.js';
import { CommandDispatcher } from '../../ingest/commands.js';
import { Identity, type TerminalAuth } from '../../ingest/identity.js';
import { IngestStats } from '../../ingest/ingest-stats.js';
import { Intake } from '../../ingest/intake.js';
import type { TcpLimits } from '../../ingest/limits.js';
import type { MediaLimits } from '../../ingest/media-limits.js';
import { MediaUploads } from '../../ingest/media-uploads.js';
import { Quarantine } from '../../ingest/quarantine.js';
import { ReceiveClock } from '../../ingest/receive-clock.js';
import { startTcpServer } from '../../ingest/tcp-server.js';
import { TerminalFences } from '../../ingest/terminal-fences.js';
import { Uploads } from '../../ingest/uploads.js';
import type { VerdictPolicy } from '../../ingest/verdict.js';
import { KIND_FIXES } from '../../model/block.js';
import { Catalog } from '../../model/catalog.js';
import { CommandBook } from '../../model/command-book.js';
import { FixBatch } from '../../model/fix-batch.js';
import { Fleet } from '../../model/fleet.js';
import { total } from '../../model/stats.js';
import { jt808 } from '../../protocols/jt808/index.js';
import type { Protocol } from '../../protocols/protocol.js';
import { type FileOps, realFiles } from '../../store/file-ops.js';
import { LogReader } from '../../store/log-reader.js';
import { MediaFiles } from '../../store/media-files.js';
import { Registry } from '../../store/registry.js';
import { Spool, type SpoolOptions } from '../../store/spool.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';
import { LIVE } from './support.js';
import { Frames, Peer, response } from './terminal-peer.js';

export interface TestServerOptions {
  protocol?: Protocol;
  auth?: TerminalAuth;
  registrationRequired?: boolean;
  limits?: Partial<TcpLimits>;
  spool?: Partial<SpoolOptions>;
  policy?: VerdictPolicy;
  keepRaw?: boolean;
  isGateway?: (address: string) => boolean;
  media?: Partial<MediaLimits>;
  /** Keeps media, and the log, of a server before this one. */
  dir?: string;
  mediaMaxBytes?: number;
  mediaPaused?: () => boolean;
  /** Until a command is sent again. */
  ackTimeoutMs?: number;
  /** What a server before this one has left. */
  after?: { catalog: Catalog; book: CommandBook };
}

/** A disk whose flushes wait for `open`. */
export function gatedDisk() {
  let open: () => void = () => {};
  let gate = Promise.resolve();
  const files: FileOps = { ...realFiles, fdatasync: (fd) => gate.then(() => realFiles.fdatasync(fd)) };
  return {
    files,
    shut: () => {
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    open: () => open(),
  };
}

/**
 * The whole way in, in this process: sockets, JT/T 808, verdict, a spool on disk. When the test ends it is closed, its
 * counters must add up, and the log must hold exactly what was accepted.
 */
export async function tcpServer(options: TestServerOptions = {}) {
  const dir = options.dir ?? (await tempDir());
  const spool = await Spool.open({ dir, ...options.spool });
  const clock = new ReceiveClock();
  const stats = new IngestStats();
  const quarantine = new Quarantine();
  const catalog = options.after?.catalog ?? new Catalog();
  const registry = new Registry(catalog, spool, () => clock.now());
  const { policy = LIVE, keepRaw } = options;
  const intake = new Intake({ log: spool, head: new Fleet(), policy, stats, quarantine, keepRaw });
  const registrationRequired = options.registrationRequired ?? false;
  const identity = new Identity({ registry, key: 'test', auth: options.auth ?? 'required', registrationRequired });
  const book = options.after?.book ?? new CommandBook();
  const commandParts = { book, registry, protocols: [jt808], clock: () => clock.now() };
  const dispatcher = new CommandDispatcher({ ...commandParts, ackTimeoutMs: options.ackTimeoutMs });
  const desk = new CommandDesk({ ...commandParts, dispatcher });
  const warned: string[] = [];
  const terminalFences = new TerminalFences({
    ...{ ...commandParts, catalog, desk, dispatcher, turnMs: 20 },
    log: (line) => warned.push(line),
  });
  const uploads = new Uploads(registry);
  const files = await MediaFiles.open({ dir: join(dir, 'media'), maxBytes: options.mediaMaxBytes ?? 2 ** 30 });
  const media = await MediaUploads.open({
    files,
    uploads,
    whenAccepted: (fn) => spool.whenAccepted(fn),
    paused: options.mediaPaused ?? (() => false),
    clock: () => clock.now(),
    limits: options.media,
  });
  const server = await startTcpServer({
    protocol: options.protocol ?? jt808,
    host: '127.0.0.1',
    port: 0,
    intake,
    identity,
    stats,
    quarantine,
    clock,
    whenAccepted: (fn) => spool.whenAccepted(fn),
    uploads,
    media,
    commands: dispatcher,
    limits: options.limits,
    isGateway: options.isGateway,
  });
  let open = true;
  const close = async (): Promise<void> => {
    if (!open) return;
    open = false;
    await server.close();
    await media.close();
    terminalFences.close();
    dispatcher.close();
    await spool.close();
  };
  onTestFinished(async () => {
    await close();
    const fixes = intake.counts();
    expect(fixes.received, 'fixes').toBe(fixes.accepted + fixes.pending + total(fixes.rejected));
    const frames = stats.frames();
    expect(frames.received, 'frames').toBe(frames.handled + total(frames.rejected));
    expect(stats.connections()).toMatchObject({ open: 0, authenticated: 0 });
    expect(total(stats.connectionsClosed), 'connections').toBe(stats.connectionsAccepted);
    expect(spool.fixesAccepted, 'log').toBe(fixes.accepted);
  });
  return {
    ...{ terminalFences, warned },
    ...{ book, desk, dispatcher, files, media },
    ...{ dir, spool, stats, quarantine, catalog, registry, intake, identity, server, close, clock },
    port: server.port,
    /** Waits until the server has closed so many connections for these reasons, and no other. */
    closedFor: async (reasons: Record<string, number>) => {
      const n = total(reasons);
      await waitFor(
        'connections to end',
        () => total(stats.connectionsClosed),
        (closed) => closed >= n,
        { everyMs: 5 },
      );
      expect(stats.connectionsClosed).toEqual(reasons);
    },
    /** What the log holds on disk. */
    logged: () => batches(dir).flatMap((batch) => [...batch]),
    /** Of each fix of it, the frame that it came in, as hex; null where it was not kept. */
    loggedFrames: () =>
      batches(dir).flatMap((batch) =>
        Array.from({ length: batch.count }, (_, i) => batch.raw(i)).map(
          (raw) => raw && Buffer.from(raw).toString('hex'),
        ),
      ),
    peer: () => Peer.open(server.port),
    /** A terminal that is connected and authenticated; its next serial number is 1, and so is the server's. */
    terminal: async (phone: string) => {
      const peer = await Peer.open(server.port);
      const frames = new Frames(phone);
      const [reply] = await peer.ask(frames.auth(identity.authCode('jt808', phone)));
      expect(reply).toBe(response(phone, 0, 0, 0x0102));
      return { peer, frames };
    },
  };
}

function batches(dir: string): FixBatch[] {
  const reader = new LogReader(dir, 1, () => Number.MAX_SAFE_INTEGER);
  const found: FixBatch[] = [];
  for (let blocks = reader.next(); blocks.length > 0; blocks = reader.next()) {
    for (const block of blocks) if (block.kind === KIND_FIXES) found.push(new FixBatch(block));
  }
  reader.close();
  return found;
}
