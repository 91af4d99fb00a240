import { readFileSync } from 'node:fs';

/** Process ids of the children of a process's first thread (proc_pid_task_pid_children(5)): cheap, however many other processes there are. */
export function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .split(' ')
      .filter((word) => word !== '')
      .map(Number);
  } catch {
    return [];
  }
}

/** Process ids of all below a process. */
export function treeOf(pid: number): readonly number[] {
  return childrenOf(pid).flatMap((child) => [child, ...treeOf(child)]);
}
