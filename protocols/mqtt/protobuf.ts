import protobuf from 'protobufjs/minimal.js';

/*
 * 64-bit values as plain numbers: ours are milliseconds, far below 2^53, and reading them as objects costs five times the
 * time. Everybody who reads or writes protobuf takes these two from here, because the setting is one for the whole process.
 */
protobuf.util.Long = null as unknown as typeof protobuf.util.Long;
protobuf.configure();

export const { Reader, Writer } = protobuf;
export type Reader = protobuf.Reader;
export type Writer = protobuf.Writer;
