/** What the terminal shows beside the run: a question, or a page that was asked for. `from`: the first line of it that is shown. */
export type LivePage =
  | { readonly name: 'run' }
  | { readonly name: 'halt' }
  | { readonly name: 'help' }
  | { readonly name: 'diff'; readonly from: number }
  | { readonly name: 'hosts'; readonly host: string | undefined; readonly from: number };

/** What a key asks the run, or the process, to do. */
export type Act = 'pause' | 'continue' | 'halt' | 'interrupt' | 'suspend' | 'quit';

/** What a key can mean depends on it. */
export interface KeyScene {
  readonly page: LivePage;
  readonly paused: boolean;
  /** The run can be held: it changes hosts. */
  readonly pausable: boolean;
  /** It ends already. */
  readonly stopping: boolean;
  /** Lines of the page that scrolls, and how many of them are shown at once. */
  readonly lines: number;
  readonly room: number;
  /** All hosts, as the page of hosts lists them. */
  hosts(): readonly string[];
}

/** What follows from a key. */
export interface Pressed {
  readonly page: LivePage;
  readonly act?: Act;
}

const RUN: LivePage = { name: 'run' };

/** What a terminal sends, by xterm's "PC-Style Function Keys"; in application mode, ESC O for ESC [. */
const NAMED: Readonly<Record<string, string>> = {
  '\x03': 'interrupt',
  '\x1a': 'suspend',
  '\x1c': 'quit',
  '\x1b': 'escape',
  '\x1b[A': 'up',
  '\x1bOA': 'up',
  '\x1b[B': 'down',
  '\x1bOB': 'down',
  '\x1b[C': 'right',
  '\x1bOC': 'right',
  '\x1b[D': 'left',
  '\x1bOD': 'left',
  '\x1b[5~': 'page up',
  '\x1b[6~': 'page down',
  ' ': 'page down',
  '\r': 'return',
  '\n': 'return',
};

const KEYS = /\x1b(?:\[[\d;]*[A-Za-z~]|O[A-Za-z])|[\s\S]/gu;

/** The keys in what a terminal has sent: names of those that have one, else the character itself. */
export function keysOf(text: string): readonly string[] {
  return [...text.matchAll(KEYS)].map(([key]) => NAMED[key] ?? key);
}

/** What the last line says: which keys there are. */
export function keysOffered({ page, paused, pausable, stopping }: KeyScene): readonly string[] {
  if (page.name === 'halt') return ['h again: halt.', 'Any other key: go on'];
  const pause = pausable ? [`p ${paused ? 'continue' : 'pause'}`] : [];
  return [...(stopping ? [] : [...pause, 'h halt']), 'd hosts', 'f diff', '? help'];
}

/** What a key does. Those that end a program do so on every page; a halt is asked for twice. */
export function press(scene: KeyScene, key: string): Pressed {
  const { page } = scene;
  if (key === 'interrupt' || key === 'suspend' || key === 'quit') return { page, act: key };
  if (page.name === 'halt') return key === 'h' ? { page: RUN, act: 'halt' } : { page: RUN };
  if (page.name !== 'run' && (key === 'q' || key === 'escape')) return { page: RUN };
  if (page.name === 'hosts') return { page: movedHosts(scene, page, key) ?? opened(scene, key) };
  if (page.name === 'diff') return { page: moved(scene, page, key) ?? opened(scene, key) };
  if (key === 'p' && scene.pausable && !scene.stopping) return { page, act: scene.paused ? 'continue' : 'pause' };
  return { page: opened(scene, key) };
}

function opened({ page, stopping }: KeyScene, key: string): LivePage {
  switch (key) {
    case 'h':
      return stopping ? page : { name: 'halt' };
    case 'd':
      return page.name === 'hosts' ? RUN : { name: 'hosts', host: undefined, from: 0 };
    case 'f':
      return page.name === 'diff' ? RUN : { name: 'diff', from: 0 };
    case '?':
      return page.name === 'help' ? RUN : { name: 'help' };
    default:
      return page;
  }
}

function movedHosts(scene: KeyScene, page: Extract<LivePage, { name: 'hosts' }>, key: string): LivePage | undefined {
  const step = key === 'up' ? -1 : key === 'down' ? 1 : 0;
  if (step === 0) return moved(scene, page, key);
  const hosts = scene.hosts();
  const at = page.host === undefined ? 0 : Math.max(0, hosts.indexOf(page.host));
  return { ...page, host: hosts[Math.min(hosts.length - 1, Math.max(0, at + step))], from: 0 };
}

function moved<P extends Extract<LivePage, { from: number }>>({ lines, room }: KeyScene, page: P, key: string): P | undefined {
  const by: Readonly<Record<string, number>> = { up: -1, down: 1, left: -1, right: 1, 'page up': -room, 'page down': room };
  const step = by[key];
  if (step === undefined) return undefined;
  return { ...page, from: Math.max(0, Math.min(lines - room, page.from + step)) };
}
