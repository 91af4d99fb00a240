import { readFileSync, writeFileSync } from 'node:fs';
import { type Measured, median } from './measure.ts';
import type { Peer } from './peers.ts';

/** All runs of a tool on so many hosts at a distance. */
export interface Row {
  readonly peer: Peer;
  readonly count: number;
  readonly rttMs: number;
  readonly runs: readonly Measured[];
  /** On the wire, both ways, for each host; 0 where it was not counted. */
  readonly bytes: number;
}

/** The figures in Markdown: a table for each number of hosts and distance, with what each tool takes of what the floor takes. */
export function tableOf(rows: readonly Row[]): string {
  const groups = Map.groupBy(rows, ({ count, rttMs }) => `${count} ${count === 1 ? 'host' : 'hosts'}, RTT ${rttMs} ms`);
  return [...groups].map(([title, group]) => `### ${title}\n\n${table(group)}`).join('\n\n');
}

function table(rows: readonly Row[]): string {
  const floor = rows.find(({ peer }) => peer.name === 'floor');
  const lines = rows.map((row) => {
    const [wall, cpu] = [middle(row, 'wallS'), middle(row, 'cpuS')];
    const ratios = floor ? [times(wall, middle(floor, 'wallS')), times(cpu, middle(floor, 'cpuS'))] : ['', ''];
    const wire = row.bytes === 0 ? '' : (row.bytes / 1_000).toFixed(0);
    return `| ${[row.peer.is, wall.toFixed(2), ratios[0], cpu.toFixed(2), ratios[1], megabytes(middle(row, 'memoryMb')), wire].join(' | ')} |`;
  });
  const head = '| tool | wall, s | of floor | controller CPU, s | of floor | memory, MB | KB a host |\n|---|---|---|---|---|---|---|';
  return [head, ...lines].join('\n');
}

function middle({ runs }: Row, what: 'wallS' | 'cpuS' | 'memoryMb'): number {
  return median(runs.map((one) => one[what]));
}

/** Nothing where a process had ended before anybody looked. */
export function megabytes(memoryMb: number): string {
  return memoryMb < 1 ? '' : memoryMb.toFixed(0);
}

function times(value: number, floor: number): string {
  return `${(value / floor).toFixed(2)} ×`;
}

const [BEGIN, END] = ['<!-- figures: npm run bench -- --write -->', '<!-- end of figures -->'];

/** Puts the figures in the place of those that a page has. */
export function writeInto(page: string, figures: string): void {
  const text = readFileSync(page, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${page} has no place for figures`);
  writeFileSync(page, `${before}${BEGIN}\n\n${figures}\n\n${END}${after}`);
}
