import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runbook } from '../lab/command-line.ts';
import { noPractice, onPractice, PracticeFleet } from './practice-fleet.ts';

const CHROMIUM = '/usr/bin/chromium';
const missing = noPractice ?? (existsSync(CHROMIUM) ? undefined : 'needs chromium');

describe.skipIf(missing !== undefined)(
  onPractice(`the page of a run in a browser${missing === 'needs chromium' ? ' (needs chromium)' : ''}`),
  () => {
    let fleet: PracticeFleet;
    let browser: Browser;
    let page: Page;
    const work = mkdtempSync(join(tmpdir(), 'runbook-report-'));
    const said: string[] = [];
    const asked: string[] = [];

    beforeAll(async () => {
      fleet = await PracticeFleet.up();
      await fleet.break(['lab-2', 'lab-4']);
      expect(await runbook(fleet.run('apply', '-y'))).toMatchObject({ code: 0 });
      const file = join(work, 'report.html');
      expect(await runbook(['report', 'last', '--format', 'html', '-o', file, ...fleet.state()])).toMatchObject({ code: 0 });
      browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
      page = await browser.newPage();
      page.on('console', (message) => said.push(message.text()));
      page.on('pageerror', (error) => said.push(String(error)));
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(pathToFileURL(file).href);
    });
    afterAll(async () => {
      await browser?.close();
      rmSync(work, { recursive: true, force: true });
    });

    const hosts = () => page.locator('#hosts > details:visible').evaluateAll((all) => all.map((each) => each.id));

    test('shows the run without a word on the console, and asks for nothing but itself', async () => {
      expect(await page.title()).toBe('apply of kubelet-bad-flag');
      expect(await page.locator('dd').allTextContents()).toContain('2 fixed, 3 healthy');
      expect(said).toEqual([]);
      expect(asked.map((url) => url.replace(/.*\//, ''))).toEqual(['report.html']);
    });

    test('finds hosts by words and by outcome, and says how many', async () => {
      await page.keyboard.press('/');
      await page.keyboard.type('lab-4');
      expect(await hosts()).toEqual(['host-lab-4']);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: /healthy/ }).click();
      expect(await hosts()).toEqual(['host-lab-1', 'host-lab-3', 'host-lab-5']);
      expect(await page.getByRole('status').textContent()).toBe('3 of 5 hosts shown');
      await page.getByRole('button', { name: /healthy/ }).click();
      expect(await hosts()).toHaveLength(5);
    });

    test('opens the host that a link leads to', async () => {
      await page.locator('a[href="#host-lab-2"]').first().click();
      await page.locator('#host-lab-2[open]').waitFor();
      expect(await page.locator('#host-lab-2 pre').textContent()).toContain('--improve-speed');
    });

    test('is worked by the keyboard alone: to the hosts, and into one of them', async () => {
      const own = await browser.newPage();
      await own.goto(page.url().replace(/#.*/, ''));
      await own.keyboard.press('Tab');
      expect(await own.locator(':focus').textContent()).toBe('To the hosts');
      await own.keyboard.press('Enter');
      expect(own.url()).toMatch(/#hosts$/);
      await own.keyboard.press('Tab');
      expect(await own.locator(':focus').textContent()).toMatch(/^lab-1/);
      await own.keyboard.press('Enter');
      await own.locator('#host-lab-1[open]').waitFor();
      await own.close();
    });

    // The rules of axe-core (WCAG 2.2 AA and good practice) are one script that runs in the page.
    test.each(['light', 'dark'] as const)('is readable for everybody, also on a phone (%s)', async (colorScheme) => {
      const small = await browser.newPage({ viewport: { width: 360, height: 740 }, colorScheme, bypassCSP: true });
      await small.goto(page.url().replace(/#.*/, ''));
      expect(await small.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')).toBe(true);
      await small.addScriptTag({ content: axe.source });
      const { violations } = (await small.evaluate('axe.run()')) as {
        violations: readonly { id: string; nodes: readonly { html: string }[] }[];
      };
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      await small.close();
    });
  },
);
