import { frameFunctions } from './frames.ts';
import type { HostShell } from './host-shell.ts';
import { quote } from './quote.ts';
import { recordFunctions } from './record-functions.ts';
import type { Script } from './script.ts';

/** How a transaction that was sent is ended. */
export type SettleVerb = 'undo' | 'confirm';

/**
 * Ends a transaction by the host's own record. One that the host has never begun is fenced by an undo: it
 * gets a record that says it was taken back, so that a script which is still on its way to the host finds itself begun before.
 * That record is marked (`fenced`), so that whoever asks again, the first answer lost, is not told that anything was carried out.
 */
export function settleScript(
  tx: string,
  verb: SettleVerb,
  { host, machine }: { readonly host: HostShell; readonly machine: string },
): Script {
  return {
    functions: [frameFunctions, recordFunctions, settleFunctions],
    body: `trap '' HUP PIPE
txid=${quote(tx)} root=${quote(host.state)} shell=${quote(host.shell)} remarks=0
run=- operator=- controller=-
place_record
boot_id
need tx id ls mv rm mkdir stat sync && same_machine ${quote(machine)} && ${verb}_by_record`,
    timeoutMs: 300_000,
    maxBytes: 1024 * 1024,
  };
}

const settleFunctions = `
undo_by_record() {
  if [ ! -d "$here" ]; then fence_out; else by_record undo; fi
}
confirm_by_record() {
  if [ ! -d "$here" ]; then say_state; else by_record confirm; fi
}
by_record() {
  [ ! -e "$here/fenced" ] || { say_none; return; }
  RUNBOOK_NONCE=$nonce "$shell" "$here/undo.sh" "$1"
  say_state
}
say_none() { say tx.state NONE 0; }
fence_out() {
  open_record || return
  forget_unborn
  fresh=$root/tx/new.$txid.$$
  mkdir -m 700 -- "$fresh" && true >"$fresh/st.ROLLEDBACK" && true >"$fresh/fenced" && echo 'nobody: it was given up before it began' >"$fresh/owner" &&
    echo true >"$fresh/undo.sh" && sync "$fresh" || { rm -rf -- "$fresh"; turn_away record "$root/tx cannot be written to"; return; }
  if mv -T -- "$fresh" "$here" 2>/dev/null; then sync "$root/tx"; say_none
  else rm -rf -- "$fresh"; by_record undo
  fi
}
`;
