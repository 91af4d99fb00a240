import { durationMs } from '../domain/duration.ts';
import { defineStep, type Unmet } from '../domain/step.ts';
import { explainLines } from './explain-log.ts';
import { DURATION, REGEX } from './parameter-schemas.ts';
import { requiredRegex } from './required-regex.ts';
import { readUnitLog } from './unit-log.ts';

const KUBELET_LOG = [
  { MESSAGE: 'I1122 08:04:20.310 server.go:416] Version: v1.20.2', PRIORITY: '6' },
  { MESSAGE: 'F1122 08:04:20.329 server.go:156] unknown flag: --improve-speed', PRIORITY: '6' },
];

/** What a unit logged lately, and what it means. */
export const systemdJournal = defineStep({
  name: 'systemd.journal',
  summary: "Read a unit's recent log, and explain its lines",
  docs: `Reads the last \`lines\` lines of the last \`since\` from the journal, those of systemd about the unit among them. Where there is no
journal (or it may not be read), the end of \`/var/log/syslog\` or \`/var/log/messages\` is read instead: the lines of the
unit's program, and systemd's about the unit. \`source\` says which it was.

\`explain\` tells causes from symptoms and from what is no fault at all. The first rule that matches a line explains it;
\`{name}\` in \`says\` is what the group \`(?P<name>…)\` of \`match\` captured. Each distinct sentence is one finding, with
its three newest lines as evidence, and is counted in \`matched\`.`,
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['unit'],
    properties: {
      unit: { type: 'string', pattern: '^[A-Za-z0-9:_.\\\\@-]+$', maxLength: 255, description: 'the unit, such as kubelet.service' },
      since: { ...DURATION, default: '15m', description: 'how far back to look' },
      lines: { type: 'integer', minimum: 1, maximum: 10_000, default: 2_000, description: 'how many lines to read, the newest' },
      explain: {
        type: 'array',
        description: 'what lines mean',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['match', 'as', 'says'],
          properties: {
            match: REGEX,
            as: { type: 'string', enum: ['cause', 'symptom', 'benign'], description: 'worth a fix, explained by a cause, or no fault' },
            says: { type: 'string', minLength: 1, description: 'what the line means, in a sentence; {name} is a named group of match' },
          },
        },
      },
      expect: {
        type: 'object',
        additionalProperties: false,
        description: 'what must hold',
        properties: {
          absent: { type: 'array', items: REGEX, description: 'regular expressions (RE2) that no line may match' },
          present: { type: 'array', items: REGEX, description: 'regular expressions (RE2) that some line must match' },
        },
      },
    },
  },
  examples: [
    {
      title: 'Why kubelet exits',
      params: {
        unit: 'kubelet.service',
        since: '15m',
        lines: 2_000,
        explain: [{ match: 'unknown flag: (?P<flag>--[\\w-]+)', as: 'cause', says: 'kubelet does not know {flag} and exits' }],
        expect: { absent: ['unknown flag'] },
      },
      host: {
        programs: {
          'journalctl -o json --no-pager --all --reverse --output-fields=MESSAGE,PRIORITY --unit=kubelet.service --since=-900s -n 2000': {
            stdout: KUBELET_LOG.map((entry) => `${JSON.stringify(entry)}\n`)
              .reverse()
              .join(''),
          },
        },
      },
      outputs: { lines: 2, source: 'journal', matched: { 'kubelet does not know --improve-speed and exits': 1 } },
      unmet: [
        'no line of kubelet.service matches "unknown flag": expected, but there is "F1122 08:04:20.329 server.go:156] unknown flag: --improve-speed"',
      ],
    },
    {
      title: 'A host without a journal',
      params: { unit: 'kubelet.service', since: '15m', lines: 2_000, expect: { present: ['Version: v1\\.'] } },
      host: {
        programs: {
          'date +%s %z': { stdout: '1795334700 +0000\n' },
          'tail -c 1000000 /var/log/syslog': {
            stdout:
              'Nov 22 07:00:00 k8s01 kubelet[100]: too old\nNov 22 08:04:10 k8s01 kubelet[345]: Version: v1.20.2\nNov 22 08:04:11 k8s01 sshd[9]: another program\n',
          },
          'tail -c 1000000 /var/log/messages': {
            code: 1,
            stderr: "tail: cannot open '/var/log/messages' for reading: No such file or directory\n",
          },
        },
      },
      outputs: { lines: 1, source: 'syslog', matched: {} },
      unmet: [],
    },
  ],
  async observe(host, { unit, since, lines, explain = [], expect = {} }) {
    // Compiled before anything is asked, so that a broken one is found on a healthy host too.
    explainLines([], explain);
    const absent = (expect.absent ?? []).map((source, index) => requiredRegex(source, `expect.absent[${index}]`));
    const present = (expect.present ?? []).map((source, index) => requiredRegex(source, `expect.present[${index}]`));
    const log = await readUnitLog(host, unit, durationMs(since) ?? 900_000, lines);
    const forbidden = absent.flatMap((regex) => {
      const line = log.lines.findLast((each) => regex.test(each));
      return line === undefined ? [] : [{ source: regex.source, line }];
    });
    const missing = present.filter((regex) => !log.lines.some((line) => regex.test(line))).map(({ source }) => source);
    return { log, explained: explainLines(log.lines, explain), forbidden, missing };
  },
  outputs: {
    schema: {
      type: 'object',
      properties: {
        lines: { type: 'integer', description: 'how many lines were read' },
        source: { type: 'string', enum: ['journal', 'syslog', 'messages', 'none'], description: 'where; none: there is no log to read' },
        matched: {
          type: 'object',
          additionalProperties: { type: 'integer' },
          description: 'sentence of an explain rule to how many lines it explains',
        },
      },
    },
    of: ({ log, explained }) => ({
      lines: log.lines.length,
      source: log.source,
      matched: Object.fromEntries(explained.map(({ says, count }) => [says, count])),
    }),
  },
  denied: ({ log }) => log.denied,
  findings: ({ explained }) => explained.map(({ kind, says, evidence }) => ({ kind, says, at: 'journal', evidence })),
  verify({ log, forbidden, missing }, { unit, expect = {} }) {
    const wanted = (expect.absent ?? []).length + (expect.present ?? []).length;
    if (log.source === 'none' && wanted > 0) {
      const what = `the log of ${unit} can be read: expected, but ${log.why}`;
      return [{ what, ...(log.denied.length > 0 ? { inconclusive: true as const } : {}) }];
    }
    return [
      ...forbidden.map(({ source, line }): Unmet => ({ what: `no line of ${unit} matches "${source}": expected, but there is "${line}"` })),
      ...missing.map((source): Unmet => ({ what: `a line of ${unit} matches "${source}": expected, but none does` })),
    ];
  },
});
