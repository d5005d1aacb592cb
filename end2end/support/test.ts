import { expect, test as base, type BrowserContext, type BrowserContextOptions, type Page } from '@playwright/test';

import { ChatonServer, type ServerOptions } from './server';
import { Watch } from './watch';

export interface Visitor {
  context: BrowserContext;
  page: Page;
}

interface TestFixtures {
  watch: Watch;
  /** From here on the spec makes requests fail. */
  expectNetworkErrors: () => void;
  /** Another browser profile on the same server; watched as the first one is. Not signed in. */
  stranger: (options?: BrowserContextOptions) => Promise<BrowserContext>;
  /** The same, signed in, on the first screen. */
  visitor: (options?: BrowserContextOptions) => Promise<Visitor>;
  printLogOnFailure: void;
}

interface WorkerFixtures {
  serverOptions: ServerOptions;
  /** One a spec file (each names its own `serverOptions`). */
  server: ChatonServer;
}

/** `page` is signed in and stands on the first screen. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  serverOptions: [{}, { scope: 'worker', option: true }],
  server: [
    async ({ serverOptions }, use) => {
      const server = await ChatonServer.start(serverOptions);
      await use(server);
      await server.dispose();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  baseURL: async ({ server }, use) => use(server.origin),
  watch: async ({ server }, use) => {
    const watch = new Watch(server.origin);
    await use(watch);
    expect(watch.found(), 'the browser complained').toEqual([]);
  },
  expectNetworkErrors: async ({ watch }, use) => use(() => watch.expectNetworkErrors()),
  context: async ({ context, watch }, use) => {
    await watch.follow(context);
    await use(context);
  },
  page: async ({ page, server, javaScriptEnabled }, use) => {
    await signIn(page, server, javaScriptEnabled);
    await use(page);
  },
  stranger: async ({ browser, watch }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async options => {
      const context = await browser.newContext(options);
      contexts.push(context);
      await watch.follow(context);
      return context;
    });
    for (const context of contexts) await context.close();
  },
  visitor: async ({ stranger, server }, use) => {
    await use(async options => {
      const context = await stranger(options);
      const page = await context.newPage();
      await signIn(page, server, options?.javaScriptEnabled);
      return { context, page };
    });
  },
  printLogOnFailure: [
    async ({ server }, use, testInfo) => {
      const before = server.log.length;
      await use();
      if (testInfo.status !== testInfo.expectedStatus) {
        console.log(`\n--- the server's log during "${testInfo.title}" ---\n${server.log.slice(before).slice(-4000)}`);
      }
    },
    { auto: true },
  ],
});

export { expect };

async function signIn(page: Page, server: ChatonServer, javaScriptEnabled = true): Promise<void> {
  await page.goto(server.link);
  await expect(page).toHaveURL(`${server.origin}/`);
  if (javaScriptEnabled) await hydrated(page);
}

/** Waits until the page's script has taken over. */
export async function hydrated(page: Page): Promise<void> {
  await page.locator('[data-hydrated]').first().waitFor({ state: 'attached', timeout: 30_000 });
}

/** Opens an address of this server and waits until it works. */
export async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await hydrated(page);
}

export async function reload(page: Page): Promise<void> {
  await page.reload();
  await hydrated(page);
}
