/**
 * What of this machine's programs a practice host gets: such as read and write files and text. Nothing that reaches
 * processes, disks, networks or package managers, so that a mistake in practice stays in the host's own tree.
 */
export const SHARED_PROGRAMS: readonly string[] = [
  'sh dash bash env printenv true false test [ expr echo printf yes seq sleep timeout nice nohup setsid chroot flock getopt',
  'cat head tail tac tee wc nl od cut paste join comm sort uniq tr rev fold fmt expand unexpand column split csplit shuf numfmt',
  'ls dir vdir stat file find xargs du df readlink realpath basename dirname pwd pathchk tree',
  'cp mv rm ln mkdir rmdir mktemp touch truncate install link unlink shred chmod chown chgrp dd sync mkfifo',
  'md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum cksum sum base64 base32 basenc hexdump xxd',
  'grep egrep fgrep sed awk mawk gawk perl jq diff cmp patch ed vi vim nano less more',
  'tar gzip gunzip zcat xz unxz bzip2 bunzip2 zstd openssl',
  'date uname arch hostname id whoami groups logname who users nproc uptime tty stty',
  'getfattr setfattr getfacl setfacl lsattr chattr mountpoint logger',
].flatMap((line) => line.split(' '));

/** Directories in which they are looked for, in order. */
export const PROGRAM_DIRECTORIES: readonly string[] = ['/usr/bin', '/usr/sbin', '/bin', '/sbin'];
