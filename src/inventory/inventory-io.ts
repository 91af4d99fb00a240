/** What a path is; links are followed. */
export type PathKind = 'file' | 'directory' | 'absent';

/** The file system as reading an inventory needs it, so that tests and other hosts of the product can bring their own. */
export interface InventoryIo {
  /** A file's text, decoded from UTF-8; throws when it cannot be read. */
  readFile(path: string): Promise<string>;
  /** The names in a directory, in any order; throws when it cannot be read. */
  list(directory: string): Promise<readonly string[]>;
  kind(path: string): Promise<PathKind>;
}
