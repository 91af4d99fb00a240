/** Programs that a host must have to keep the record of a transaction and to change files. */
export const RECORD_TOOLS: readonly string[] =
  'head date tail id stat readlink sed sort grep sha256sum mv rm ln ls cat mkdir rmdir touch sync tr sleep'.split(' ');

/** And those that a change of a file needs besides. */
export const FILE_TOOLS: readonly string[] = ['cp', 'chmod', 'chown'];

/** All that a change may need. */
export const NEEDED_TOOLS: readonly string[] = [...RECORD_TOOLS, ...FILE_TOOLS];

/** Without these a change is made, but limits, ACLs, extended attributes, flags, or an undo of its own session are not there. */
export const WANTED_TOOLS: readonly string[] = ['timeout', 'getfattr', 'setfattr', 'lsattr', 'setsid'];
