const ALWAYS = new Set([
  'PATH',
  'LANG',
  'LANGUAGE',
  'INVOCATION_ID',
  'SYSTEMD_EXEC_PID',
  'JOURNAL_STREAM',
  'NOTIFY_SOCKET',
  'WATCHDOG_PID',
  'WATCHDOG_USEC',
  'LISTEN_PID',
  'LISTEN_FDS',
  'LISTEN_FDNAMES',
  'MAINPID',
  'MANAGERPID',
  'PIDFILE',
  'TERM',
  'XDG_RUNTIME_DIR',
  'RUNTIME_DIRECTORY',
  'STATE_DIRECTORY',
  'CACHE_DIRECTORY',
  'LOGS_DIRECTORY',
  'CONFIGURATION_DIRECTORY',
  'CREDENTIALS_DIRECTORY',
  'MEMORY_PRESSURE_WATCH',
  'MEMORY_PRESSURE_WRITE',
  'REMOTE_ADDR',
  'REMOTE_PORT',
]);

const WITH_USER = new Set(['HOME', 'USER', 'LOGNAME', 'SHELL']);

/**
 * Whether systemd itself gives a service this variable (`man systemd.exec`, ENVIRONMENT VARIABLES SET OR PROPAGATED BY THE
 * SERVICE MANAGER), so that its value cannot be known from the unit's files. `DefaultEnvironment=` and
 * `systemctl set-environment` can add others, which are taken as not set.
 */
export function isSetByManager(name: string, hasUser: boolean): boolean {
  return ALWAYS.has(name) || /^(LC|MONITOR|TRIGGER|SERVICE|EXIT)_[A-Z_]+$/.test(name) || (hasUser && WITH_USER.has(name));
}
