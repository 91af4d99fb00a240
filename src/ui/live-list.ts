import {
  createWritable,
  DefaultRenderer,
  ListrDefaultRendererLogLevels as Level,
  Listr,
  ListrLogger,
  ProcessOutput,
  Spinner,
} from 'listr2';
import type { LiveGroup } from './live-rows.ts';
import { isTrouble, toneOf } from './outcome-words.ts';
import type { Output } from './output.ts';
import type { Page } from './page.ts';

/** A list on the screen; its rows end when it is told so. */
export interface LiveList {
  /** Shows a host of the group as ended. */
  hostEnded(host: string): void;
  /** Ends all rows; resolves when the last frame stands and the cursor is back. */
  end(): Promise<void>;
}

/** A row's title, which the renderer reads each time it draws. */
interface Row {
  title?: string;
}

/**
 * Draws one group with listr2. Titles are put into the rows without an announcement: the renderer's own tick, ten times a
 * second, picks them up, so that a storm of events costs ten frames a second and no more.
 */
export function liveList(group: LiveGroup, output: Output, page: Page): LiveList {
  const ends = new Map(group.listed.map((host) => [host, Promise.withResolvers<void>()]));
  const all = Promise.withResolvers<void>();
  const rows: { row: Row; title: () => string }[] = [];
  const refresh = () => {
    for (const { row, title } of rows) row.title = title();
  };

  const list = new Listr(
    [
      {
        title: group.title(),
        task: (_context, wrapper) => {
          rows.push({ row: wrapper.task, title: () => group.title() });
          const below = group.listed.map((host) => ({
            title: group.hostTitle(host),
            task: async (_: unknown, own: typeof wrapper) => {
              rows.push({ row: own.task, title: () => group.hostTitle(host) });
              await ends.get(host)?.promise;
              settle(own, group, host);
            },
          }));
          if (below.length > 0) return wrapper.newListr(below, { concurrent: true, exitOnError: false });
          return all.promise.then(() => {
            if (group.troubled) throw new Error(group.title());
          });
        },
      },
    ],
    {
      exitOnError: false,
      registerSignalListeners: false,
      renderer: renderer(refresh),
      rendererOptions: rendererOptions(output, page),
    },
  );
  const done = list.run();
  return {
    hostEnded: (host) => ends.get(host)?.resolve(),
    end: async () => {
      all.resolve();
      for (const { resolve } of ends.values()) resolve();
      await done;
    },
  };
}

/** Marks a host's row: in trouble (also when the list ended before the host did), done, or neither of the two. */
function settle(row: { skip(message?: string): void }, group: LiveGroup, host: string): void {
  const outcome = group.outcomeOf(host);
  if (outcome === undefined) throw new Error(`${group.hostTitle(host)}, not ended`);
  if (isTrouble(outcome, group.kind)) throw new Error(group.hostTitle(host));
  if (toneOf(outcome, group.kind) === 'warn') row.skip(group.hostTitle(host));
}

/** listr2 looks at the process's own streams before it uses a renderer for terminals; we have looked at ours. */
function renderer(refresh: () => void): typeof DefaultRenderer {
  return class LiveRenderer extends DefaultRenderer {
    static override nonTTY = true;

    override create(options?: Parameters<DefaultRenderer['create']>[0]): string {
      refresh();
      return super.create(options);
    }
  };
}

function rendererOptions(output: Output, { style, symbols }: Page) {
  const stream = screen(output);
  const paint = (wanted: (text: string) => string) => (text?: string) => wanted(text ?? '');
  const spinner = new (class extends Spinner {
    protected override readonly spinner = [...symbols.spinner];
  })();
  return {
    logger: new ListrLogger({ processOutput: new ProcessOutput(stream, stream) }),
    spinner,
    formatOutput: 'truncate' as const,
    icon: {
      [Level.COMPLETED]: symbols.good,
      [Level.COMPLETED_WITH_FAILED_SUBTASKS]: symbols.warn,
      [Level.FAILED]: symbols.bad,
      [Level.FAILED_WITH_FAILED_SUBTASKS]: symbols.bad,
      [Level.SKIPPED_WITH_COLLAPSE]: symbols.warn,
      [Level.PENDING]: symbols.dash,
      [Level.WAITING]: symbols.dash,
    },
    color: {
      [Level.COMPLETED]: paint(style.good),
      [Level.COMPLETED_WITH_FAILED_SUBTASKS]: paint(style.warn),
      [Level.FAILED]: paint(style.bad),
      [Level.FAILED_WITH_FAILED_SUBTASKS]: paint(style.bad),
      [Level.SKIPPED_WITH_COLLAPSE]: paint(style.warn),
      [Level.PENDING]: paint(style.warn),
      [Level.WAITING]: paint(style.quiet),
    },
  };
}

/** A terminal's stream as listr2 expects one, over our output. The process's streams stay untouched. */
function screen(output: Output): NodeJS.WriteStream {
  const stream = createWritable((text) => output.write(text));
  Object.defineProperties(stream, {
    isTTY: { value: true },
    columns: { get: () => output.columns() },
    rows: { value: SCREEN_ROWS },
  });
  return stream as NodeJS.WriteStream;
}

/** More than is ever drawn; log-update cuts a frame that is higher than the terminal. */
const SCREEN_ROWS = 24;
