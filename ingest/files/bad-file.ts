/** A file that cannot be read as what it is named; the message says where and why. */
export class BadFileError extends Error {
  override readonly name = 'BadFileError';
}
