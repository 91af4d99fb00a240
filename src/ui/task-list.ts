import {
  createWritable,
  DefaultRenderer,
  ListrDefaultRendererLogLevels as Level,
  Listr,
  ListrLogger,
  ProcessOutput,
  Spinner,
} from 'listr2';
import type { Output } from './output.ts';
import type { Page } from './page.ts';

/** Something that the command itself does, one after another; `run` gives what is wrong, if anything. */
export interface Task {
  readonly says: string;
  run(): Promise<string | undefined>;
}

/**
 * Does tasks in order on a terminal, where each has a row: waiting, under way, done, or wrong and how. Gives what was wrong with each;
 * throws what a task throws, and does none after it.
 */
export async function taskList(output: Output, page: Page, tasks: readonly Task[]): Promise<readonly (string | undefined)[]> {
  const wrong: (string | undefined)[] = [];
  let thrown: { readonly error: unknown } | undefined;
  const rows = tasks.map(({ says, run }) => ({
    title: says,
    task: async () => {
      const found = await run().catch((error: unknown) => {
        thrown = { error };
        throw error;
      });
      wrong.push(found);
      if (found !== undefined) throw new Error(`${says}: ${page.say(found)}`);
    },
    skip: () => thrown !== undefined,
  }));
  const options = {
    exitOnError: false,
    registerSignalListeners: false,
    renderer: OnTerminal,
    rendererOptions: rendererOptions(output, page),
  };
  await new Listr(rows, options).run();
  if (thrown) throw thrown.error;
  return wrong;
}

/** listr2 looks at the process's own streams before it uses a renderer for terminals; we have looked at ours. */
class OnTerminal extends DefaultRenderer {
  static override nonTTY = true;
}

function rendererOptions(output: Output, { style, symbols }: Page) {
  const stream = screen(output);
  const paint = (wanted: (text: string) => string) => (text?: string) => wanted(text ?? '');
  const spinner = new (class extends Spinner {
    protected override readonly spinner = [symbols.point];
  })();
  return {
    logger: new ListrLogger({ processOutput: new ProcessOutput(stream, stream) }),
    spinner,
    collapseErrors: false,
    icon: {
      [Level.COMPLETED]: symbols.good,
      [Level.FAILED]: symbols.bad,
      [Level.WAITING]: symbols.dash,
      [Level.SKIPPED_WITH_COLLAPSE]: symbols.dash,
    },
    color: {
      [Level.COMPLETED]: paint(style.good),
      [Level.FAILED]: paint(style.bad),
      [Level.PENDING]: paint(style.strong),
      [Level.WAITING]: paint(style.quiet),
      [Level.SKIPPED_WITH_COLLAPSE]: paint(style.quiet),
    },
  };
}

/** A terminal's stream as listr2 expects one, over our output. The process's streams stay untouched. */
function screen(output: Output): NodeJS.WriteStream {
  const stream = createWritable((text) => output.write(text));
  const size = { isTTY: { value: true }, columns: { get: () => output.columns() }, rows: { get: () => output.rows() } };
  return Object.defineProperties(stream, size) as NodeJS.WriteStream;
}
