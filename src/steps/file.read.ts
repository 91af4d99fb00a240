import type { Json, JsonObject } from '../domain/json.ts';
import { defineStep, type Unmet } from '../domain/step.ts';
import { decodeValue } from '../formats/decode-value.ts';
import { showMode } from '../formats/octal-mode.ts';
import { ABSOLUTE_PATH } from './parameter-schemas.ts';
import { sameJson } from './same-json.ts';

/** Reads a file's text, or the value that it holds. */
export const fileRead = defineStep({
  name: 'file.read',
  summary: 'Read a file as text, environment file, JSON or YAML',
  docs: `Reads one regular file (links are followed, up to 8 MiB). A file that does not exist is no failure: \`exists\` is false
and \`value\` is null. A file that is not what \`format\` says has a null \`value\` too, and \`error\` says why.

\`format: env\` reads \`NAME=value\` lines by systemd's rules for environment files; the last assignment of a name wins.`,
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['path'],
    properties: {
      path: ABSOLUTE_PATH,
      format: {
        type: 'string',
        enum: ['text', 'env', 'json', 'yaml'],
        default: 'text',
        description: 'how the value is read from the bytes',
      },
      expect: {
        type: 'object',
        additionalProperties: false,
        description: 'what must hold',
        properties: {
          exists: { type: 'boolean', description: 'whether the file is there' },
          contains: { type: 'string', minLength: 1, description: 'text that must stand somewhere in it' },
          equals: { description: 'the value it must have, whole' },
        },
      },
    },
  },
  examples: [
    {
      title: 'The variables of an environment file',
      params: { path: '/etc/default/app', format: 'env', expect: { exists: true, equals: { LIMIT: '20', MODE: 'fast one' } } },
      host: { files: { '/etc/default/app': { text: '# tuned\nLIMIT=20\nMODE="fast one"\n', mode: 0o640 } } },
      outputs: { exists: true, value: { LIMIT: '20', MODE: 'fast one' }, mode: '0640', error: '' },
      unmet: [],
    },
    {
      title: 'A file that is not there',
      params: { path: '/etc/app.json', format: 'json', expect: { exists: true, contains: 'limit' } },
      host: {},
      outputs: { exists: false, value: null, sha256: '', mode: '', error: '' },
      unmet: ['/etc/app.json exists: expected, but it does not', '/etc/app.json contains "limit": expected, but there is no such file'],
    },
    {
      title: 'A file that is not what it should be',
      params: { path: '/etc/app.json', format: 'json', expect: { equals: { limit: 20 } } },
      host: { files: { '/etc/app.json': '{"limit": 20' } },
      outputs: { exists: true, value: null, error: 'it is not JSON' },
      unmet: ['/etc/app.json has a certain value: expected, but it is not JSON'],
    },
  ],
  async observe(host, params) {
    const file = await host.file(params.path);
    if (file.kind === 'absent') return { file, text: '', value: null as Json, error: '' };
    const decoded = decodeValue(file.content.bytes, params.format);
    const text = Buffer.from(file.content.bytes).toString('utf8');
    return decoded.ok
      ? { file, text, value: decoded.value as Json, error: '' }
      : { file, text, value: null as Json, error: decoded.message };
  },
  outputs: {
    schema: {
      type: 'object',
      properties: {
        exists: { type: 'boolean', description: 'whether the file is there' },
        value: { description: 'text, or the value read from it; null when there is none' },
        sha256: { type: 'string', description: 'of its bytes, lower-case hex; empty when there is no file' },
        mode: { type: 'string', description: 'permission bits, four octal digits; empty when there is no file' },
        error: { type: 'string', description: 'why there is no value in a file that exists; empty otherwise' },
      },
    },
    of({ file, value, error }): JsonObject {
      if (file.kind === 'absent') return { exists: false, value: null, sha256: '', mode: '', error: '' };
      return { exists: true, value, sha256: file.content.sha256, mode: showMode(file.attributes.mode), error };
    },
  },
  verify({ file, text, value, error }, { path, expect = {} }) {
    const unmet: Unmet[] = [];
    const exists = file.kind === 'file';
    const found = exists ? error || 'it has another' : 'there is no such file';
    if (expect.exists === true && !exists) unmet.push({ what: `${path} exists: expected, but it does not` });
    if (expect.exists === false && exists) unmet.push({ what: `${path} is absent: expected, but it exists` });
    if (expect.contains !== undefined && !text.includes(expect.contains)) {
      unmet.push({ what: `${path} contains "${expect.contains}": expected, but ${exists ? 'it does not' : 'there is no such file'}` });
    }
    if (expect.equals !== undefined && (!exists || error !== '' || !sameJson(value, expect.equals))) {
      unmet.push({ what: `${path} has a certain value: expected, but ${found}` });
    }
    return unmet;
  },
});
