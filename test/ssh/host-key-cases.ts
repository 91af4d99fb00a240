import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Endpoint, Target } from '../../src/domain/transport.ts';
import type { Certified } from './certified.ts';
import type { Sshd } from './sshd.ts';

/** Servers that host keys are tried on. */
export interface Servers {
  readonly host: Sshd;
  /** Another one, whose keys are wrong for the first. */
  readonly other: Sshd;
  readonly bastion: Sshd;
  /** Has a certificate for 127.0.0.1. */
  readonly certified: Certified;
  /** Has a certificate for another name. */
  readonly misnamed: Certified;
}

/** How a server is met: what known_hosts has, and what else is said. */
export type Meeting = (servers: Servers) => Target;

let files = 0;

/** A known_hosts file of these lines. */
function fileOf({ host }: Servers, ...lines: readonly (string | Buffer)[]): string {
  files += 1;
  const path = join(host.directory, `case-${files}`);
  writeFileSync(path, Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')])));
  return path;
}

const ED = 'ed25519';
const nameOf = ({ port }: Sshd) => `[127.0.0.1]:${port}`;
const own = ({ host }: Servers) => host.hostKey(ED);
const wrong = ({ other }: Servers) => other.hostKey(ED);

/** The host, with lines of known_hosts made from its name and its key. */
function lines(
  make: (name: string, key: string, servers: Servers) => readonly (string | Buffer)[],
  changes: Partial<Target> = {},
): Meeting {
  return (servers) =>
    servers.host.target({ knownHostsFiles: [fileOf(servers, ...make(nameOf(servers.host), own(servers), servers))], ...changes });
}

/** The same for the certified host: its authority in the place of its key. */
function authority(make: (name: string, key: string) => readonly string[]): Meeting {
  return (servers) => certifiedTarget(servers, servers.certified, make);
}

function certifiedTarget(
  servers: Servers,
  { sshd, userKey, hostAuthority }: Certified,
  make: (name: string, key: string) => readonly string[],
): Target {
  return sshd.target({ identityFiles: [userKey], knownHostsFiles: [fileOf(servers, ...make(nameOf(sshd), hostAuthority))] });
}

/** The host, whose key is known, behind a jump host, with lines for that one. */
function behind(make: (name: string, key: string, servers: Servers) => readonly string[], changes: Partial<Target> = {}): Meeting {
  return (servers) => {
    const { become: _, ...server } = servers.bastion.target();
    const knownHostsFiles = [fileOf(servers, ...make(nameOf(servers.bastion), servers.bastion.hostKey(ED), servers))];
    const jump: Endpoint = { ...server, host: 'bastion', knownHostsFiles };
    return servers.host.target({ jumps: [jump], ...changes });
  };
}

/** The host, with files that are none. */
function places(make: (directory: string, servers: Servers) => readonly string[]): Meeting {
  return (servers) => servers.host.target({ knownHostsFiles: make(servers.host.directory, servers) });
}

function hashed(line: string, servers: Servers): string {
  const path = fileOf(servers, line);
  execFileSync('ssh-keygen', ['-q', '-H', '-f', path], { stdio: 'ignore' });
  return readFileSync(path, 'utf8').trim();
}

/** Both clients refuse these. Where ssh takes more than we do, that is told, and the case is made for both. */
export const REFUSED: readonly (readonly [string, Meeting])[] = [
  ['nobody knows it', lines(() => [])],
  ['it has another key', lines((name, _, servers) => [`${name} ${wrong(servers)}`])],
  ['it has another key, by a hashed line', lines((name, _, servers) => [hashed(`${name} ${wrong(servers)}`, servers)])],
  ['it has another key, by a pattern', lines((_, __, servers) => [`* ${wrong(servers)}`])],
  ['its key is revoked', lines((name, key) => [`${name} ${key}`, `@revoked ${name} ${key}`])],
  ['its key is revoked before it is known', lines((name, key) => [`@revoked ${name} ${key}`, `${name} ${key}`])],
  ['its key is revoked by a pattern', lines((name, key) => [`${name} ${key}`, `@revoked * ${key}`])],
  [
    'its key is revoked by a hashed line',
    lines((name, key, servers) => [`${name} ${key}`, `@revoked ${hashed(`${name} ${key}`, servers)}`]),
  ],
  [
    'its key is revoked in the second file',
    (servers) => {
      const name = nameOf(servers.host);
      return servers.host.target({
        knownHostsFiles: [fileOf(servers, `${name} ${own(servers)}`), fileOf(servers, `@revoked * ${own(servers)}`)],
      });
    },
  ],
  ['its key is that of another port', lines((name, key) => [`${name.slice(0, -1)} ${key}`])],
  ['its key is that of the port 22, by its name in brackets', lines((_, key) => [`[127.0.0.1]:22 ${key}`])],
  ['its key is that of another address', lines((name, key) => [`${name.replace('0.0.1', '0.0.2')} ${key}`])],
  [
    'its key is that of its name, and it is reached by its address',
    lines((name, key) => [`${name.replace('127.0.0.1', 'localhost')} ${key}`]),
  ],
  // Without a line for the port, ssh looks for one without it; so that one is ruled out as well.
  ['a negated pattern rules it out', lines((_, key) => [`*,!*127.0.0.1* ${key}`])],
  ['a negated pattern rules it out before the others', lines((_, key) => [`!*127.0.0.1*,* ${key}`])],
  ['there is nothing but a negated pattern', lines((_, key) => [`!db ${key}`])],
  ['the pattern is one character short', lines((name, key) => [`${name.slice(0, -1)}?? ${key}`])],
  ['its key is that of another host, hashed', lines((name, key, servers) => [hashed(`${name.replace('0.0.1', '0.0.2')} ${key}`, servers)])],
  [
    'its hashed name is cut',
    lines((name, key, servers) => [
      hashed(`${name} ${key}`, servers)
        .replace(/=+ /, ' ')
        .replace(/[^|] ssh/, ' ssh'),
    ]),
  ],
  ['its hash is of another kind', lines((name, key, servers) => [hashed(`${name} ${key}`, servers).replace('|1|', '|2|')])],
  ['there is an authority, and it has no certificate', lines((_, __, servers) => [`@cert-authority * ${wrong(servers)}`])],
  ['its own key is named as an authority', lines((name, key) => [`@cert-authority ${name} ${key}`])],
  ['the authority is one for other hosts', authority((_, key) => [`@cert-authority *.example,*.test ${key}`])],
  ['the authority is not called one', authority((name, key) => [`${name} ${key}`])],
  ['the authority is revoked', authority((_, key) => [`@cert-authority * ${key}`, `@revoked * ${key}`])],
  [
    'its certificate is for another name',
    (servers) => certifiedTarget(servers, servers.misnamed, (_, key) => [`@cert-authority * ${key}`]),
  ],
  ['the file is a directory', places((directory) => [newDirectory(directory)])],
  ['the file lies below a file', places((directory, servers) => [join(fileOf(servers, ''), 'known_hosts', directory.slice(-1))])],
  ['the file is a link to itself', places((directory) => [loop(directory)])],
  ['the file is not there', places((directory) => [join(directory, 'nowhere')])],
  ['there is no file', places(() => [])],
  [
    'the file is binary',
    lines((name, key) => [Buffer.from(Array.from({ length: 4_096 }, (_, n) => (n * 167 + 13) % 256)), `\0${name} ${key}`]),
  ],
  ['the file is in UTF-16', lines((name, key) => [Buffer.from(`\uFEFF${name} ${key}\n`, 'utf16le')])],
  ['a byte order mark stands before the name', lines((name, key) => [`\uFEFF${name} ${key}`])],
  ['the key is cut', lines((name, key) => [`${name} ${key.slice(0, -8)}`])],
  ['the key is cut within its type', lines((name) => [`${name} ssh-ed25519 AAAAC3Nz`])],
  ['the key has a character that is no base64', lines((name, key) => [`${name} ${key.slice(0, 40)}!${key.slice(41)}`])],
  ['the key has no type', lines((name, key) => [`${name} ${key.split(' ')[1]}`])],
  ['the type is that of another key', lines((name, key) => [`${name} ${key.replace('ssh-ed25519', 'ssh-rsa')}`])],
  ['the type is written in capitals', lines((name, key) => [`${name} ${key.replace('ssh-ed25519', 'SSH-ED25519')}`])],
  ['the host has no key of the type that is known', lines((name, _, servers) => [`${name} ${servers.other.hostKey('ecdsa')}`])],
  ['the line is a comment', lines((name, key) => [`# ${name} ${key}`, ` # ${name} ${key}`])],
  ['lines end with carriage returns alone, after a comment', lines((name, key) => [`# mine\r${name} ${key}\r`])],
  ['the marker is none', lines((name, key) => [`@trusted ${name} ${key}`])],
  ['there is a second name where the type belongs', lines((name, key) => [`web1 ${name} ${key}`])],
  ['names are separated by semicolons', lines((name, key) => [`web1;${name} ${key}`])],
  ['it is known by its address, and is to be looked up by an alias', lines((name, key) => [`${name} ${key}`], { hostKeyAlias: 'db' })],
  ['it is known by another alias', lines((_, key) => [`the-db ${key}`], { hostKeyAlias: 'db' })],
  ['it is known by the alias and a port', lines((_, key, { host }) => [`[db]:${host.port} ${key}`], { hostKeyAlias: 'db' })],
  ['nobody knows the jump host, though the host is known', behind(() => [])],
  ['the jump host has another key, though the host is known', behind((name, _, servers) => [`${name} ${wrong(servers)}`])],
  ['the key of the jump host is revoked, though the host is known', behind((name, key) => [`${name} ${key}`, `@revoked * ${key}`])],
  ['the key of the jump host is that of the host', behind((name, _, servers) => [`${name} ${own(servers)}`])],
  ['the jump host is known by another port', behind((name, key) => [`${name.slice(0, -1)} ${key}`])],
  ['nobody knows the host, though the jump host is known', behind((name, key) => [`${name} ${key}`], { knownHostsFiles: [] })],
];

function newDirectory(directory: string): string {
  const path = join(directory, `directory-${++files}`);
  mkdirSync(path);
  return path;
}

function loop(directory: string): string {
  const path = join(directory, `loop-${++files}`);
  symlinkSync(path, path);
  return path;
}

/** Both clients accept these: the cases above fail for what they say, and not for how they are made. */
export const ACCEPTED: readonly (readonly [string, Meeting])[] = [
  ['its key is known', lines((name, key) => [`${name} ${key}`])],
  ['its key is known, hashed', lines((name, key, servers) => [hashed(`${name} ${key}`, servers)])],
  ['its key is known by a pattern', lines((_, key) => [`[127.0.0.?]:* ${key}`])],
  ['its key is known, and a negated pattern rules out another', lines((_, key) => [`*,!db* ${key}`])],
  ['lines end as on Windows', lines((name, key) => ['# mine\r', `${name} ${key}\r`])],
  [
    'there is junk before it',
    lines((name, key) => [Buffer.from([0xff, 0xfe, 0x80]), '@trusted x', `${name} ssh-ed25519 AAAA`, `${name} ${key}`]),
  ],
  ['its key is known beside another one', lines((name, key, servers) => [`${name} ${wrong(servers)}`, `${name} ${key}`])],
  ['another key is revoked', lines((name, key, servers) => [`@revoked * ${wrong(servers)}`, `${name} ${key}`])],
  ['it is known by its alias', lines((_, key) => [`db ${key}`], { hostKeyAlias: 'db' })],
  ['the jump host is known, too', behind((name, key) => [`${name} ${key}`])],
];
