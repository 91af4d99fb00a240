import { expect } from 'vitest';
import { type Failure, HostFault } from '../../src/domain/failure.ts';
import type { Connection } from '../../src/domain/transport.ts';

/** The failure with which a connection was refused; a test fails where it was accepted. */
export async function refusalOf(connecting: Promise<Connection>): Promise<Failure> {
  const outcome = await connecting.then(
    async (connection) => {
      await connection.close();
      return 'accepted';
    },
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(HostFault);
  if (!(outcome instanceof HostFault)) throw outcome;
  return outcome.failure;
}
