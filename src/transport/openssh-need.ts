import { canCheckAny } from './algorithms.ts';
import { type KnownHosts, knownHostsName, onlyAuthority } from './known-hosts.ts';
import type { SshSettings } from './ssh-config/settings.ts';

/** Something of ssh's that a way asks for and the built-in client does not have. */
export interface OpensshNeed {
  /** A keyword of ssh_config(5), or what stands in a file. */
  readonly what: string;
  /** The file, with a line where there is one. */
  readonly at: string;
  /** Nobody said so: a default key of ssh happens to have it. */
  readonly isDefault: boolean;
}

/** The key files of this machine, as far as they must be known before a login. */
export interface KeyFiles {
  exists(path: string): boolean;
  /** The type of a private key by what its file shows in clear, or by the public one beside it; undefined where neither tells. */
  typeOf(path: string): string | undefined;
}

/**
 * The first thing that one connection, to a host or to a jump host before it, asks of ssh and that the built-in client lacks; undefined
 * where that client does. `known` are the known_hosts files of the connection.
 */
export function opensshNeed(settings: SshSettings, files: KeyFiles, known: KnownHosts): OpensshNeed | undefined {
  return saidNeed(settings, files) ?? keyNeed(settings, files) ?? authorityNeed(settings, known);
}

/** Keywords that are nothing here, with the values by which they ask for nothing. */
const FOREIGN: Readonly<Record<string, RegExp>> = {
  PKCS11Provider: /^none$/i,
  SecurityKeyProvider: /^(none|internal)$/i,
  KnownHostsCommand: /^none$/i,
  HostbasedAuthentication: /^(no|false)$/i,
  BindInterface: /^none$/i,
};

/**
 * GSSAPIAuthentication of the system's configuration asks for nothing: Debian and Red Hat ship it switched on for all hosts, with or
 * without Kerberos.
 */
const SYSTEM = /^\/etc\/ssh\//;

function saidNeed(settings: SshSettings, files: KeyFiles): OpensshNeed | undefined {
  const { said, notUsed, certificateFile, gssapiAuthentication, revokedHostKeys, proxyUseFdpass } = settings;
  const by = (keyword: string, at = said[keyword] ?? ''): OpensshNeed => ({ what: keyword, at: lineOf(at), isDefault: false });
  // ssh passes over certificates that are not there.
  if (certificateFile.some(files.exists)) return by('CertificateFile');
  const foreign = notUsed.find(({ keyword, text }) => FOREIGN[keyword]?.test(text.replaceAll('"', '').trim()) === false);
  if (foreign !== undefined) return by(foreign.keyword, foreign.at);
  if (said['HostKeyAlgorithms'] !== undefined && !canCheckAny(settings.hostKeyAlgorithms)) return by('HostKeyAlgorithms');
  if (revokedHostKeys !== undefined) return by('RevokedHostKeys');
  if (proxyUseFdpass) return by('ProxyUseFdpass');
  const isOurs = !SYSTEM.test(said['GSSAPIAuthentication'] ?? '');
  return gssapiAuthentication && isOurs ? by('GSSAPIAuthentication') : undefined;
}

/** A place without its column. */
export function lineOf(at: string): string {
  return at.replace(/(:\d+):\d+$/, '$1');
}

/** Certificates beside keys count where none are named (ssh(1), CertificateFile), and a FIDO key where ssh would come to it. */
function keyNeed({ said, identityFile, certificateFile }: SshSettings, files: KeyFiles): OpensshNeed | undefined {
  const isDefault = said['IdentityFile'] === undefined;
  const certified = certificateFile.length > 0 ? undefined : identityFile.find((file) => files.exists(`${file}-cert.pub`));
  if (certified !== undefined) return { what: 'the certificate', at: `${certified}-cert.pub`, isDefault };
  const there = identityFile.filter((file) => files.exists(file));
  const isFido = (file: string) => files.typeOf(file)?.startsWith('sk-') === true;
  const fido = there.find(isFido);
  // Of the default keys a plain one does; hosts that take no other are told of.
  if (fido === undefined || (isDefault && !there.every(isFido))) return undefined;
  return { what: 'the FIDO key', at: fido, isDefault };
}

/** Without a key of the host's own, ssh takes what an authority has certified; it looks for that without the port, too. */
function authorityNeed({ hostName, port, hostKeyAlias }: SshSettings, known: KnownHosts): OpensshNeed | undefined {
  const names = hostKeyAlias === undefined ? [knownHostsName(hostName, port), knownHostsName(hostName, 22)] : [hostKeyAlias];
  const authority = onlyAuthority(known, names);
  if (authority === undefined) return undefined;
  return { what: '@cert-authority', at: `${authority.file}:${authority.line}`, isDefault: false };
}
