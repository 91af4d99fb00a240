import { HostFault } from '../domain/failure.ts';
import type { HostLock, TransactionReport } from '../domain/transaction.ts';
import type { HostShell } from './host-shell.ts';
import { type Answer, type Query, textOf } from './query.ts';
import { quote } from './quote.ts';
import { recordFunctions } from './record-functions.ts';
import { stateNamed } from './standing.ts';

const reportFunctions = `
report_transaction() {
  root=$2 txid=$3
  place_record
  boot_id
  is_worked_on "$txid" && working=yes || working=no
  left= now= until=
  read -r until 2>/dev/null <"$here/deadline" && read -r now rest 2>/dev/null </proc/uptime && left=$((until - \${now%%.*}))
  state_of "$txid"
  # It was given up before it began: see settle-script.ts.
  [ ! -e "$here/fenced" ] || state=NONE
  say "$1.report" "$state
$working
$left" 0
}
`;

const lockFunctions = `
report_lock() {
  root=$2 txid=none
  place_record
  boot_id
  holder_of_lock
  case $holder in
  '' | free) say "$1.lock" '' 0; return ;;
  esac
  state_of "$holder"
  left= now= until=
  read -r until 2>/dev/null <"$root/tx/$holder/deadline" && read -r now rest 2>/dev/null </proc/uptime && left=$((until - \${now%%.*}))
  say "$1.lock" "$holder
$state
$left
$(who "$holder")" 0
}
`;

/** Asks who holds the host's lock, as `Reader.lock` describes. */
export function lockQuery(host: HostShell): Query<HostLock | undefined> {
  return {
    key: 'lock',
    functions: [recordFunctions, lockFunctions],
    tools: ['id', 'ls'],
    call: (id) => `report_lock ${id} ${quote(host.state)}`,
    timeoutMs: 5_000,
    maxBytes: 64 * 1024,
    parse(answer) {
      const [tx = '', state = '', left = '', owner = ''] = textOf(answer.frame('lock')).split('\n');
      return tx === '' ? undefined : { tx, state: stateNamed(state), owner, ...undoIn(left) };
    },
  };
}

function undoIn(left: string): { readonly undoInMs?: number } {
  return /^-?[0-9]+$/.test(left) ? { undoInMs: Math.max(0, Number(left) * 1_000) } : {};
}

/** Asks where a transaction stands, as `Reader.transaction` describes. */
export function transactionQuery(tx: string, host: HostShell): Query<TransactionReport> {
  if (!/^[0-9a-f]{32}$/.test(tx)) throw new HostFault({ code: 'bad-params', message: `"${tx}" is no transaction id` });
  return {
    key: `transaction ${tx}`,
    functions: [recordFunctions, reportFunctions],
    tools: ['id'],
    call: (id) => `report_transaction ${id} ${quote(host.state)} ${tx}`,
    timeoutMs: 5_000,
    maxBytes: 64 * 1024,
    parse: parseReport,
  };
}

function parseReport(answer: Answer): TransactionReport {
  const [state = '', working, left = ''] = textOf(answer.frame('report')).split('\n');
  return {
    state: stateNamed(state),
    remarks: [],
    working: working === 'yes',
    ...undoIn(left),
  };
}
