import { basename } from 'node:path';
import type { Runbook } from '../domain/runbook.ts';
import { valueRange } from './draft-step.ts';
import { readPlainText, readString } from './read-values.ts';
import { required, type Words } from './read-words.ts';
import type { Report } from './report.ts';

/** The language this program speaks. */
export const API_VERSION = 'runbook/v1';

/** A runbook's name: kebab-case, as in `kubelet-bad-flag`. */
export const NAME_PATTERN = '^[a-z0-9]+(-[a-z0-9]+)*$';

/** What a runbook says of itself. */
export type Header = Pick<Runbook, 'name' | 'summary' | 'docs'> & Partial<Pick<Runbook, 'hosts'>>;

/** Reads name, summary, docs and hosts; `undefined` when one that must be there is not. */
export function readHeader(words: Words, report: Report): Header | undefined {
  checkVersion(words, report);
  const name = readName(words, report);
  const summary = readPlainText(required(words, 'summary', 'a runbook', report), 'summary', report);
  const docs = readString(words.value('docs'), 'docs', report) ?? '';
  const hosts = readPlainText(words.value('hosts'), 'hosts', report);
  if (hosts?.trim() === '')
    report.error('bad-value', valueRange(words, 'hosts'), 'hosts is empty', 'such as hosts: k8s_nodes, or leave it out');
  if (name === undefined || summary === undefined) return undefined;
  return { name, summary, docs, ...(hosts === undefined ? {} : { hosts }) };
}

function checkVersion(words: Words, report: Report): void {
  const version = readString(required(words, 'apiVersion', 'a runbook', report), 'apiVersion', report);
  if (version === undefined || version === API_VERSION) return;
  const message = `this program reads apiVersion ${API_VERSION}, but the file says ${version}`;
  report.error('unsupported-version', valueRange(words, 'apiVersion'), message, `write apiVersion: ${API_VERSION}`);
}

function readName(words: Words, report: Report): string | undefined {
  const name = readString(required(words, 'name', 'a runbook', report), 'name', report);
  if (name === undefined) return undefined;
  const range = valueRange(words, 'name');
  if (!new RegExp(NAME_PATTERN).test(name)) {
    report.error(
      'bad-value',
      range,
      `${name === '' ? 'an empty text' : name} cannot be the name of a runbook`,
      'kebab-case, as in kubelet-bad-flag',
    );
    return name;
  }
  const file = basename(report.path).replace(/\.ya?ml$/, '');
  if (file !== name) report.warning('name-differs', range, `the name is ${name}, but the file is called ${basename(report.path)}`);
  return name;
}
