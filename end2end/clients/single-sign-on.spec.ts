import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test, type Browser, type BrowserContext, type BrowserContextOptions, type Page, type Response } from '@playwright/test';

import { programs } from '../support/programs';
import { freePort, Program } from './programs';

const SECRET = 'the secret that the provider gave Chaton';
const START_MS = 120_000;

/** What the provider says of somebody, by what they type as their login. */
type People = Record<string, { name: string; email: string; groups: string[] }>;

const PEOPLE: People = {
  ada: { name: 'Ada', email: 'ada@example.org', groups: ['staff', 'heads'] },
  anna: { name: 'Anna Müller', email: 'anna@example.org', groups: ['staff'] },
  ben: { name: 'Anna Müller', email: 'anna@example.org', groups: ['staff'] },
  nora: { name: 'Nora', email: 'nora@example.org', groups: ['others'] },
};

/** Chaton and a provider that know each other. */
class Team {
  private constructor(
    private readonly folder: string,
    readonly origin: string,
    private readonly provider: Program,
    readonly chaton: Program,
  ) {}

  static async start(args: string[], secret?: string): Promise<Team> {
    const folder = mkdtempSync(join(tmpdir(), 'chaton-sign-on-'));
    const [people, secretFile] = [join(folder, 'people.json'), join(folder, 'secret')];
    writeFileSync(people, JSON.stringify(PEOPLE));
    const origin = `http://127.0.0.1:${await freePort()}`;
    const client = [join(__dirname, 'provider.mjs'), people, `${origin}/sign-on/callback`];
    if (secret) {
      client.push(secret);
      writeFileSync(secretFile, `${secret}\n`);
      args = [...args, '--sso-client-secret-file', secretFile];
    }
    const provider = await Program.start(process.execPath, client, /The provider is ready: (\S+)\s/);
    const chaton = await startChaton(origin, folder, ['--sso-issuer', await provider.said, ...args]);
    return new Team(folder, origin, provider, chaton);
  }

  /** From now on the provider says this of people. */
  know(people: People): void {
    writeFileSync(join(this.folder, 'people.json'), JSON.stringify(people));
  }

  async stop(): Promise<void> {
    await this.chaton.stop();
    await this.provider.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function startChaton(origin: string, folder: string, args: string[]): Promise<Program> {
  const words = ['serve', '--team', '--listen', new URL(origin).host, '--public-url', origin, '--no-open'];
  words.push('--data-dir', join(folder, 'data'), '--sso-client-id', 'chaton', '--sso-name', 'School', ...args);
  return Program.start(programs.chaton, words, /Chaton is ready: (\S+)\s/);
}

/** A browser of somebody's own. */
async function arrive(browser: Browser, options: BrowserContextOptions = {}): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext(options);
  // The provider's pages want a font from elsewhere.
  await context.route(url => url.hostname !== '127.0.0.1', route => route.abort());
  return { context, page: await context.newPage() };
}

const signOn = (page: Page) => page.getByRole('link', { name: /School/ }).or(page.getByRole('button', { name: /School/ }));

/** Chaton's answer to who comes back from the provider. */
function comesBack(page: Page): Promise<Response> {
  return page.waitForResponse(response => new URL(response.url()).pathname === '/sign-on/callback');
}

/** Through the provider's pages. */
async function throughProvider(page: Page, login: string): Promise<Response> {
  await page.getByPlaceholder('Enter any login').fill(login);
  await page.getByPlaceholder('and password').fill('any');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  const back = comesBack(page);
  await page.getByRole('button', { name: 'Continue' }).click();
  return back;
}

/** All the way from Chaton's sign-in page. */
async function signIn(team: Team, page: Page, login: string): Promise<Response> {
  await page.goto(team.origin);
  await signOn(page).click();
  return throughProvider(page, login);
}

async function expectRefused(page: Page, back: Response | null, status: number): Promise<void> {
  expect(back?.status()).toBe(status);
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(signOn(page), 'it can be tried again').toBeVisible();
}

async function expectSignedIn(team: Team, page: Page, name: string, administrates: boolean): Promise<void> {
  await expect(page).toHaveURL(`${team.origin}/`);
  await page.goto(`${team.origin}/settings`);
  await expect(page.getByText(`Signed in as ${name}.`)).toBeVisible();
  await expect(page.getByRole('link', { name: 'Administration' })).toHaveCount(administrates ? 1 : 0);
}

/** Begins in `context` without going on: the provider's address. */
async function begin(team: Team, context: BrowserContext): Promise<URL> {
  const reply = await context.request.get(`${team.origin}/sign-on`, { maxRedirects: 0 });
  expect(reply.status()).toBe(303);
  return new URL(reply.headers()['location']);
}

test.describe.serial('a provider with groups', () => {
  let team: Team;

  test.beforeAll(async () => {
    test.setTimeout(START_MS);
    team = await Team.start(['--sso-administrators', 'heads', '--sso-members', 'staff'], SECRET);
  });
  test.afterAll(() => team?.stop());

  test('before anybody administrates only an administrator comes in', async ({ browser }) => {
    const early = (await arrive(browser)).page;
    await expectRefused(early, await signIn(team, early, 'anna'), 403);
    const { page } = await arrive(browser);
    await signIn(team, page, 'ada');
    await expectSignedIn(team, page, 'Ada', true);
  });

  for (const [locale, button, greeting] of [
    ['en-GB', 'Sign in with School', 'Signed in as Anna Müller.'],
    ['fr-FR', 'Se connecter avec School', 'Connecté en tant que Anna Müller.'],
  ] as const) {
    for (const javaScriptEnabled of [true, false]) {
      const how = `${locale}, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`;
      test(`a member comes in by the button, and gets to where they wanted: ${how}`, async ({ browser }) => {
        const { page } = await arrive(browser, { locale, javaScriptEnabled });
        expect((await page.goto(`${team.origin}/settings`))?.status()).toBe(401);
        await page.getByRole('link', { name: button }).click();
        await throughProvider(page, 'anna');
        await expect(page).toHaveURL(`${team.origin}/settings`);
        await expect(page.getByText(greeting)).toBeVisible();
      });
    }
  }

  test('who is in no group stays out, and is told why', async ({ browser }) => {
    const { page } = await arrive(browser);
    await expectRefused(page, await signIn(team, page, 'nora'), 403);
    await expect(page.getByRole('alert')).toContainText('in no group that may come in');
    expect((await page.goto(team.origin))?.status()).toBe(401);
  });

  test('a way back works once, and in its own browser only', async ({ browser }) => {
    const { page } = await arrive(browser);
    const used = (await signIn(team, page, 'anna')).url();
    await expectSignedIn(team, page, 'Anna Müller', false);
    await expectRefused(page, await page.goto(used), 401);

    const [mine, other] = [await arrive(browser), await arrive(browser)];
    await expectRefused(other.page, await other.page.goto(used), 401);
    await other.page.goto((await begin(team, mine.context)).href);
    await expectRefused(other.page, await throughProvider(other.page, 'anna'), 401);
    expect((await other.page.goto(team.origin))?.status()).toBe(401);
  });

  test('a state that was tampered with is refused', async ({ browser }) => {
    const { context, page } = await arrive(browser);
    const url = await begin(team, context);
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    expect(url.searchParams.get('scope')).toBe('openid profile groups');
    url.searchParams.set('state', `${url.searchParams.get('state')}x`);
    await page.goto(url.href);
    await expectRefused(page, await throughProvider(page, 'anna'), 401);
    expect((await page.goto(team.origin))?.status()).toBe(401);
  });

  test('who changes their mind at the provider is back on the sign-in page', async ({ browser }) => {
    const { page } = await arrive(browser);
    await page.goto(team.origin);
    await signOn(page).click();
    const back = comesBack(page);
    await page.getByRole('link', { name: 'Cancel' }).click();
    await expectRefused(page, await back, 401);
  });

  test('another name or mail changes nothing, and the same ones make nobody the same', async ({ browser }) => {
    const { page } = await arrive(browser);
    team.know({ ...PEOPLE, anna: { name: 'Ada', email: 'ada@example.org', groups: ['staff'] } });
    await signIn(team, page, 'anna');
    await expectSignedIn(team, page, 'Anna Müller', false);
    const other = (await arrive(browser)).page;
    await signIn(team, other, 'ben');
    await expectSignedIn(team, other, 'Anna Müller 2', false);
  });

  test('roles follow the groups', async ({ browser }) => {
    for (const groups of [['heads'], ['staff']]) {
      const { page } = await arrive(browser);
      team.know({ ...PEOPLE, anna: { ...PEOPLE.anna, groups } });
      await signIn(team, page, 'anna');
      await expectSignedIn(team, page, 'Anna Müller', groups[0] === 'heads');
    }
    team.know({ ...PEOPLE, anna: { ...PEOPLE.anna, groups: [] } });
    const { page } = await arrive(browser);
    await expectRefused(page, await signIn(team, page, 'anna'), 403);
  });

  test('the log says what went wrong and no secret', () => {
    expect(team.chaton.log).toContain('single sign-on failed');
    expect(team.chaton.log).toContain('access_denied');
    expect(team.chaton.log).not.toContain(SECRET);
    expect(team.chaton.log).not.toMatch(/code=|eyJ/);
  });
});

test('a public client, and a provider that says everything in the ID token', async ({ browser }) => {
  test.setTimeout(START_MS);
  const team = await Team.start(['--sso-administrators', 'heads']);
  try {
    const { page } = await arrive(browser);
    await signIn(team, page, 'ada');
    await expectSignedIn(team, page, 'Ada', true);
  } finally {
    await team.stop();
  }
});

test('Chaton starts without its provider, and says that it is missing', async ({ browser }) => {
  test.setTimeout(START_MS);
  const folder = mkdtempSync(join(tmpdir(), 'chaton-sign-on-'));
  const [origin, nowhere] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
  const chaton = await startChaton(origin, folder, ['--sso-issuer', nowhere]);
  try {
    const { page } = await arrive(browser);
    await page.goto(origin);
    await signOn(page).click();
    await expect(page.getByRole('alert')).toBeVisible();
    await expect(page.locator('form[action="/sign-in"]')).toBeVisible();
    expect(chaton.log).toContain('single sign-on cannot begin');
  } finally {
    await chaton.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
