import { rmSync } from 'node:fs';

import { expect, test, type BrowserContext, type Page } from '@playwright/test';

import { Chat } from '../support/chat';
import { modelPath } from '../support/models';
import { largeFile, noise } from '../support/pictures';
import { hydrated } from '../support/test';
import {
  BOUND_COOKIE,
  PASSWORD,
  ReverseProxy,
  Team,
  ask,
  begin,
  freePorts,
  setUp,
  temporaryFolder,
  type ProxyPorts,
} from './processes';

// The first test makes the account that the others use.
test.describe.configure({ mode: 'serial' });
test.use({ ignoreHTTPSErrors: true });

let folder: string;
let ports: ProxyPorts;
let origin: string;
let team: Team | undefined;
let proxy: ReverseProxy | undefined;

test.beforeAll(async () => {
  folder = temporaryFolder();
  const [https, http, chaton] = await freePorts(3);
  ports = { https, http, chaton };
  origin = `https://localhost:${https}`;
  const address = ['--public-url', origin, '--trusted-proxy', '127.0.0.1'];
  team = await Team.start(chaton, [...address, '--model', modelPath('endless'), '--answer-tokens', '1500']);
  proxy = await ReverseProxy.start(ports);
});

test.afterAll(async () => {
  await proxy?.dispose();
  await team?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

async function signIn(page: Page): Promise<Chat> {
  await page.goto(`${origin}/sign-in`);
  await page.getByLabel('Name', { exact: true }).fill('Ada');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL(`${origin}/`);
  await hydrated(page);
  return new Chat(page);
}

async function cookieOf(context: BrowserContext): Promise<string> {
  const session = (await context.cookies()).find(cookie => cookie.name.includes('session'));
  return `${session?.name}=${session?.value}`;
}

test('the set-up link works through the proxy, cookies are bound to the name, and secrets are not logged', async ({ page, context }) => {
  const link = await team!.setUpLink();
  expect(link).toContain(`${origin}/set-up?token=`);
  await setUp(page, link, 'Ada');
  const session = (await context.cookies()).find(cookie => cookie.name.includes('session'));
  expect(session).toMatchObject(BOUND_COOKIE);
  const reply = await page.reload();
  expect(reply?.status()).toBe(200);
  expect(reply?.headers()['strict-transport-security']).toBe('max-age=31536000');

  await expect.poll(() => proxy!.accessLog()).toContain('"POST /set-up"');
  const token = new URL(link).searchParams.get('token')!;
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(proxy!.accessLog()).not.toContain(token);
});

interface Piece {
  /** Milliseconds from the first one. */
  at: number;
  text: string;
}

/** What comes of an answer's events in about `ms` milliseconds, as it comes. */
function read(url: string, cookie: string, ms: number): Promise<Piece[]> {
  return new Promise((resolve, reject) => {
    const pieces: Piece[] = [];
    let start = 0;
    const request = begin(url, { headers: { cookie } }, reply => {
      reply.setEncoding('utf8').on('data', (text: string) => {
        start ||= Date.now();
        pieces.push({ at: Date.now() - start, text });
      });
      // Cutting it off is an error of this side.
      reply.on('error', () => {});
      reply.once('close', () => resolve(pieces));
      setTimeout(() => request.destroy(), ms);
    });
    request.once('error', reject);
  });
}

test('an answer comes as it is written', async ({ page, context }) => {
  const chat = await signIn(page);
  const following = page.waitForRequest(/\/api\/generations\/[\w-]+\/events/);
  await chat.ask('Tell me everything you know.');
  const { origin: where, pathname } = new URL((await following).url());
  const pieces = await read(`${where}${pathname}?after=0`, await cookieOf(context), 2500);
  expect(pieces.length).toBeGreaterThan(5);
  expect(pieces.at(-1)!.at - pieces[0].at, 'over time, not all at the end').toBeGreaterThan(1000);
  // A proxy that collects sends on whatever fills its buffer: events come cut.
  const whole = pieces.filter(piece => piece.text.endsWith('\n\n'));
  expect(whole.length / pieces.length, 'event by event').toBeGreaterThan(0.5);

  const early = await chat.growing(60);
  await chat.growing(early.length + 60);
  await chat.stop.click();
  await chat.answered();
});

test('large pictures pass, and Chaton itself says what is too large', async ({ page }) => {
  test.setTimeout(120_000);
  const chat = await signIn(page);
  await chat.attachAll([noise(5_000_000)]);
  await expect(page.getByRole('alert')).toHaveCount(0);
  await chat.remove('noise.png').click();

  await chat.attachFiles([largeFile(folder, 51_000_000)]);
  await expect(page.getByRole('alert').filter({ hasText: /50\sMB/ })).toBeVisible({ timeout: 60_000 });
});

test('other names are refused, and plain HTTP leads to TLS', async () => {
  expect((await ask(`${origin}/healthz`)).status).toBe(200);
  for (const host of ['outside.example', `outside.example:${ports.https}`, 'localhost', `127.0.0.1:${ports.https}`]) {
    const reply = await ask(`${origin}/healthz`, { headers: { host } });
    expect(reply.status, host).toBe(403);
  }
  const plain = await ask(`http://localhost:${ports.http}/c/1?at=2`);
  expect([plain.status, plain.headers.location]).toEqual([301, `${origin}/c/1?at=2`]);
});

// The last one: it uses up what this machine may try.
test('nobody says of themselves where they come from', async () => {
  const statuses = async (url: string, name: string): Promise<number[]> => {
    const found: number[] = [];
    for (let number = 0; number < 40; number++) {
      const headers = {
        host: new URL(origin).host,
        'content-type': 'application/x-www-form-urlencoded',
        'x-forwarded-for': `198.51.100.${number}`,
      };
      found.push((await ask(url, { method: 'POST', headers, body: `name=${name}&password=wrong` })).status);
    }
    return found;
  };
  // What the proxy says is believed: forty clients, each with one attempt.
  expect(new Set(await statuses(`http://127.0.0.1:${ports.chaton}/sign-in`, 'one'))).toEqual(new Set([401]));
  // What a client says to the proxy is not: one client with forty.
  expect(await statuses(`${origin}/sign-in`, 'two')).toContain(429);
});
