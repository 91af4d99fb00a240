import type { ConfigFile, SshConfigIo } from './io.ts';
import { parseServices } from './numbers.ts';

/** A line of `/etc/passwd`. */
interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** A line of `/etc/group`. */
interface Group {
  readonly gid: number;
  readonly members: readonly string[];
}

/** Who and what this machine knows by name. */
export interface MachineNames {
  readonly accounts: readonly Account[];
  readonly groups: readonly Group[];
  /** TCP ports by the names of their services. */
  readonly services: ReadonlyMap<string, number>;
}

/**
 * Reads the names of this machine from its files. Accounts of a directory service are not among them: what needs one of these is
 * refused, never guessed.
 */
export async function readMachineNames(io: SshConfigIo): Promise<MachineNames> {
  const [accounts, groups, services] = await Promise.all(['/etc/passwd', '/etc/group', '/etc/services'].map((path) => textOf(io, path)));
  return {
    accounts: fieldsOf(accounts).map(([name = '', , uid, gid, , home = '']) => ({ name, uid: Number(uid), gid: Number(gid), home })),
    groups: fieldsOf(groups).map(([, , gid, members = '']) => ({
      gid: Number(gid),
      members: members.split(',').filter((name) => name !== ''),
    })),
    services: parseServices(services ?? ''),
  };
}

async function textOf(io: SshConfigIo, path: string): Promise<string> {
  const file = await io.read(path);
  return file === undefined || 'problem' in file ? '' : file.text;
}

function fieldsOf(text: string | undefined): readonly (readonly string[])[] {
  const lines = (text ?? '').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(':'));
}

/**
 * Whether nobody else can write a file: owned by root or the user, not writable by others, and by its group only if that has the owner
 * as its one member (`secure_permissions`, with `user-group-modes.patch` of Debian).
 */
export function isSecure(file: ConfigFile, uid: number, names: MachineNames): boolean {
  if ((file.uid !== 0 && file.uid !== uid) || (file.mode & 0o002) !== 0) return false;
  return (file.mode & 0o020) === 0 || isOwnGroup(file, uid, names);
}

function isOwnGroup(file: ConfigFile, uid: number, { accounts, groups }: MachineNames): boolean {
  const group = groups.find(({ gid }) => gid === file.gid);
  const owner = accounts.find((account) => account.uid === file.uid);
  const primary = accounts.filter(({ gid }) => gid === file.gid);
  if (group === undefined || owner === undefined || primary.some((account) => account.uid !== uid)) return false;
  const isAlone = group.members.every((member) => member === owner.name) && group.members.length <= 1;
  return isAlone && primary.length + group.members.length > 0;
}
