import type { Page } from '@playwright/test';

import { expect, open, test } from '../support/test';
import { Watch } from '../support/watch';

test.use({ serverOptions: {} });

/** What a page does wrong, and what must be said of it: every other spec leans on this. */
const WRONG: [what: string, deed: (page: Page) => Promise<unknown>, said: RegExp][] = [
  ['an exception', page => page.evaluate(() => void setTimeout(() => { throw new Error('thrown'); })), /^exception: .*thrown/],
  ['a console error', page => page.evaluate(() => console.error('boo')), /^console error: boo/],
  ['a console warning', page => page.evaluate(() => console.warn('boo')), /^console warning: boo/],
  ['an inline script', page => page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.hit = 1';
    document.body.append(script);
  }), /policy violated: script-src/],
  ['a picture from outside', page => page.evaluate(() => {
    new Image().src = 'http://outside.example/track.png';
  }), /^outside request: http:\/\/outside\.example/],
  ['a dialog', page => page.evaluate(() => alert('boo')), /^dialog: boo/],
  ['a failing request', page => page.evaluate(() => fetch('/api/pictures/guessed')), /^network: 404 GET/],
];

for (const [what, deed, said] of WRONG) {
  test(`${what} is noticed`, async ({ browser, server }) => {
    const context = await browser.newContext();
    const watch = new Watch(server.origin);
    await watch.follow(context);
    const page = await context.newPage();
    await open(page, server.link);
    expect(watch.found()).toEqual([]);
    await deed(page);
    await expect.poll(() => watch.found()).toContainEqual(expect.stringMatching(said));
    await context.close();
  });
}
