import { HostFault } from '../domain/failure.ts';
import type { Secrets, Transport } from '../domain/transport.ts';
import { OpensshConnection } from './openssh-connection.ts';
import { OpensshMaster } from './openssh-master.ts';
import { Slots } from './slots.ts';
import { Warden } from './worker-warden.ts';

/** Logins at the same time: each is a process. */
const LOGINS = 32;

/** What the transport is made from. */
export interface OpensshOptions {
  readonly secrets: Secrets;
  /** Read in the place of the user's and the system's configuration (`ssh -F`); `none`: no file at all. */
  readonly configFile?: string;
}

/**
 * SSH by the `ssh` of the operator's machine: for what the ssh2 library lacks, such as certificates, FIDO keys, GSSAPI and smart cards.
 * One login a host, a process a session. Nobody is asked: a target with a password is refused. A command that ends with 255,
 * or by a signal, is `lost`: ssh does not tell these from a broken connection.
 */
export function createOpensshTransport({ secrets, configFile }: OpensshOptions): Transport {
  const logins = new Slots(LOGINS);
  // ssh notices nothing of the end of this process, and would stay logged in.
  const warden = new Warden();
  return {
    async connect(target) {
      if (target.password !== undefined) {
        const message = `${target.host} logs in by password, which the openssh transport cannot`;
        throw new HostFault({ code: 'auth', message, hint: 'use a key, or --transport ssh2' });
      }
      const release = await logins.take();
      try {
        return new OpensshConnection(await OpensshMaster.open(target, warden, configFile), secrets);
      } finally {
        release();
      }
    },
  };
}
