import type { ConfigFile, SshConfigIo } from '../../../src/transport/ssh-config/io.ts';

/** A machine of `me`, whose files are just these; text alone is a file of `me` with mode 0600. */
export function memoryIo(files: Readonly<Record<string, string | Partial<ConfigFile>>>, env: SshConfigIo['env'] = {}): SshConfigIo {
  const below = (directory: string) => Object.keys(files).filter((path) => path.startsWith(directory));
  return {
    user: { name: 'me', uid: 1000, home: '/home/me' },
    hostName: 'desk.example.com',
    env,
    read: async (path) => {
      const file = files[path];
      const mine = { text: '', uid: 1000, gid: 1000, mode: 0o100_600 };
      return file === undefined ? undefined : { ...mine, ...(typeof file === 'string' ? { text: file } : file) };
    },
    list: async (directory) => [...new Set(below(directory).map((path) => path.slice(directory.length).split('/')[0] ?? ''))],
    exists: async (path) => below(path).length > 0,
    execute: (_shell, command) => {
      throw new Error(`unexpected run of ${command}`);
    },
  };
}
