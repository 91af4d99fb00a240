import type { Change } from '../domain/change.ts';
import { HostFault } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { End } from './execute-host.ts';
import { type FileNow, filesNow } from './files-now.ts';
import type { Ports } from './ports.ts';

/** A transaction that a host is known to have begun, and has no record of any more. */
export interface Forgotten {
  readonly host: Host;
  readonly changes: readonly Change[];
  readonly become: boolean | undefined;
  readonly rollback: boolean;
}

/**
 * What is known of such a host: what its files tell. A host keeps the last records only, and those of settled transactions are
 * the first to go; whether this one was kept or taken back, the record alone would have said.
 */
export async function endOfForgotten({ host, changes, become, rollback }: Forgotten, { fleet }: Ports): Promise<End> {
  const told = (outcome: End['outcome'], said: string): End => ({
    outcome,
    reason: { code: 'not-found', message: `it was changed, and has no record of it any more: ${said}`, hint: HINT },
  });
  try {
    const found = await filesNow(await fleet.read(host, { become }), changes);
    const whole = found.length > 0 && found.every(({ kind }) => kind === 'back') && changes.every(isToldByFiles);
    return told(whole ? (rollback ? 'failed' : 'rolled-back') : 'unknown', filesTell(found));
  } catch (fault) {
    if (!(fault instanceof HostFault)) throw fault;
    return told('unknown', `its files cannot be looked at: ${fault.failure.message}`);
  }
}

const HINT = 'look at it; runbook rollback RUN takes back what stands';

/** A restart leaves nothing behind; whether a command or a unit was changed, no file tells. */
function isToldByFiles({ kind }: Change): boolean {
  return kind === 'file' || kind === 'trigger';
}

function filesTell(found: readonly FileNow[]): string {
  if (found.length === 0) return 'no file was changed by which to tell how it stands';
  const paths = (kind: FileNow['kind']) => found.flatMap((file) => (file.kind === kind ? [file.change.path] : []));
  const [done, back, foreign] = [paths('done'), paths('back'), paths('foreign')];
  return [
    ...(done.length > 0 ? [`${done.join(', ')} is as it was changed`] : []),
    ...(back.length > 0 ? [`${back.join(', ')} is as it was before`] : []),
    ...(foreign.length > 0 ? [`${foreign.join(', ')} was edited by somebody else since`] : []),
  ].join('; ');
}
