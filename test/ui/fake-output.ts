import type { Output } from '../../src/ui/output.ts';
import { type Page, type PageOptions, pageFor } from '../../src/ui/page.ts';

/** An output that keeps what was written. */
export class FakeOutput implements Output {
  readonly isTTY: boolean;
  width: number;
  height: number;
  text = '';

  constructor({
    isTTY = true,
    width = 80,
    height = 24,
  }: { readonly isTTY?: boolean; readonly width?: number; readonly height?: number } = {}) {
    this.isTTY = isTTY;
    this.width = width;
    this.height = height;
  }

  write(text: string): void {
    this.text += text;
  }

  columns(): number {
    return this.width;
  }

  rows(): number {
    return this.height;
  }

  get lines(): readonly string[] {
    return this.text.split('\n').slice(0, -1);
  }
}

/** A page of 80 columns without colours. */
export function testPage(options: Partial<PageOptions> = {}, output: Output = new FakeOutput()): Page {
  return pageFor(output, { color: 'never', environment: {}, mask: (text) => text, full: false, ...options });
}
