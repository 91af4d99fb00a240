import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** A kind of file system on a disk of its own. */
export interface DiskKind {
  readonly name: string;
  readonly megabytes: number;
  readonly mkfs: readonly [string, ...string[]];
  readonly options: string;
}

/** Those of real fleets, and the two ways in which ext4 orders a rename and the data of what is renamed. */
export const DISK_KINDS: readonly DiskKind[] = [
  { name: 'ext4', megabytes: 24, mkfs: ['mkfs.ext4', '-q', '-F'], options: 'loop,commit=300' },
  { name: 'ext4 noauto_da_alloc', megabytes: 24, mkfs: ['mkfs.ext4', '-q', '-F'], options: 'loop,commit=300,noauto_da_alloc' },
  { name: 'xfs', megabytes: 320, mkfs: ['mkfs.xfs', '-q', '-f'], options: 'loop,nouuid' },
  { name: 'btrfs', megabytes: 120, mkfs: ['mkfs.btrfs', '-q', '-f'], options: 'loop,commit=300' },
];

/** A file system in a file, mounted; copies of the file are what a power cut would leave of it. */
export class DiskImage {
  readonly image: string;
  readonly mount: string;
  readonly #options: string;
  #mounted = false;

  private constructor(directory: string, kind: DiskKind) {
    this.image = `${directory}/image`;
    this.mount = `${directory}/disk`;
    this.#options = kind.options;
  }

  static create(directory: string, kind: DiskKind): DiskImage {
    const disk = new DiskImage(directory, kind);
    mkdirSync(disk.mount, { recursive: true });
    execFileSync('truncate', ['-s', `${kind.megabytes}M`, disk.image]);
    const [program, ...args] = kind.mkfs;
    execFileSync(program, [...args, disk.image], { stdio: 'ignore' });
    disk.mountCopy(disk.image);
    return disk;
  }

  /** Puts another copy of the disk in the place of the one that is mounted: the machine came up again. */
  mountCopy(image: string): void {
    this.unmount();
    execFileSync('mount', ['-o', this.#options, image, this.mount]);
    this.#mounted = true;
  }

  unmount(): void {
    if (this.#mounted) execFileSync('umount', [this.mount]);
    this.#mounted = false;
  }
}
