import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { raw } from '../support/http';
import { exchange } from '../support/seed';
import { ChatonServer } from '../support/server';
import { expect, test } from '../support/test';

test.use({ serverOptions: { seed: [exchange('A secret', 'Of mine.')] } });

/** The cookie of a signed-in browser, for requests by hand. */
async function cookieOf(server: ChatonServer): Promise<string> {
  const reply = await raw(server.link);
  return reply.headers['set-cookie']![0].split(';')[0];
}

test('without the cookie a page says where the link is, and nothing is told', async ({ stranger, server, expectNetworkErrors }) => {
  expectNetworkErrors();
  const page = await (await stranger()).newPage();
  for (const path of ['/', `/c/${server.seeded[0]}`, '/settings']) {
    const reply = await page.goto(path);
    expect(reply?.status()).toBe(401);
    await expect(page.getByText(/link/i).first()).toBeVisible();
    await expect(page.getByText(/terminal/i).first()).toBeVisible();
    await expect(page.getByText('A secret')).toHaveCount(0);
  }
  const reply = await page.goto('/?key=guessed');
  expect(reply?.status()).toBe(401);
});

test('the cookie is out of reach of scripts and of other sites', async ({ page, context, server }) => {
  const cookies = await context.cookies();
  const session = cookies.find(cookie => cookie.name.includes('session'));
  expect(session).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
  expect(page.url(), 'the key does not stay in the address').toBe(`${server.origin}/`);
});

test('the printed link works once', async ({ browser }) => {
  const server = await ChatonServer.start({ fixedKey: false });
  try {
    const { link } = server;
    expect(link).toMatch(/key=[\w-]{22,}/);
    const first = await browser.newContext();
    const page = await first.newPage();
    expect((await page.goto(link))?.status()).toBe(200);
    await expect(page).toHaveURL(`${server.origin}/`);

    const second = await browser.newContext();
    const late = await second.newPage();
    expect((await late.goto(link))?.status()).toBe(401);
    expect((await page.reload())?.status(), 'the first browser stays signed in').toBe(200);

    const next = /For another one: (\S+)/.exec(server.log)?.[1];
    expect((await late.goto(next!))?.status(), 'the terminal has a link for the next').toBe(200);
    await first.close();
    await second.close();
  } finally {
    await server.dispose();
  }
});

test('foreign origins change nothing', async ({ server }) => {
  const cookie = await cookieOf(server);
  for (const origin of ['http://outside.example', 'http://127.0.0.1:1', `https://${server.host}`, 'null']) {
    for (const path of ['/messages', '/settings', '/api/pictures', '/api/fn/delete_conversation']) {
      const reply = await raw(server.origin + path, { method: 'POST', headers: { cookie, origin }, body: 'text=hello' });
      expect(reply.status, `${origin} ${path}`).toBe(403);
    }
  }
  const crossSite = { cookie, 'sec-fetch-site': 'cross-site' };
  expect((await raw(`${server.origin}/messages`, { method: 'POST', headers: crossSite })).status).toBe(403);
});

test('a page of another site cannot send for the person', async ({ browser, server }) => {
  const before = await conversations(server);
  // Another port is another origin, and the same site: SameSite alone would let it through.
  const form = `<form method=post enctype=multipart/form-data action="${server.origin}/messages">
    <input name=text value="not mine"><button>Win</button></form>`;
  const other = createServer((_, reply) => reply.setHeader('content-type', 'text/html').end(form)).listen(0, '127.0.0.1');
  await once(other, 'listening');
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(server.link);
    await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}`);
    const answered = page.waitForResponse(`${server.origin}/messages`);
    await page.getByRole('button', { name: 'Win' }).click();
    const reply = await answered;
    expect((await reply.request().allHeaders()).cookie, 'the browser did send the cookie').toContain('session');
    expect(reply.status()).toBe(403);
    expect(await conversations(server)).toEqual(before);
  } finally {
    await context.close();
    other.close();
  }
});

/** The titles in the side bar. */
async function conversations(server: ChatonServer): Promise<string[]> {
  const { text } = await raw(server.origin, { headers: { cookie: await cookieOf(server) } });
  return [...text.matchAll(/href="\/c\/([\w-]+)"/g)].map(match => match[1]);
}

test('foreign host names are refused, and what came through a proxy', async ({ server }) => {
  const cookie = await cookieOf(server);
  for (const host of ['outside.example', `outside.example:${new URL(server.origin).port}`, '10.0.0.1', '127.0.0.1.outside.example']) {
    expect((await raw(server.origin, { headers: { cookie, host } })).status, host).toBe(403);
  }
  for (const header of ['x-forwarded-for', 'x-real-ip', 'forwarded', 'x-forwarded-host']) {
    const reply = await raw(server.origin, { headers: { cookie, [header]: '10.0.0.7' } });
    expect(reply.status, header).toBe(403);
    expect(reply.text).toContain('--team');
  }
});

test('every page has a policy with a fresh nonce and loads nothing from outside', async ({ server }) => {
  const cookie = await cookieOf(server);
  const nonces = new Set<string>();
  const paths = ['/', `/c/${server.seeded[0]}`, '/settings', '/models', '/no-such-page'];
  for (const path of paths) {
    const { headers, text } = await raw(server.origin + path, { headers: { cookie } });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe-inline');
    expect(policy).not.toMatch(/https?:/);
    nonces.add(/'nonce-([^']+)'/.exec(policy)![1]);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(text).not.toMatch(/(src|href|action)="(https?:)?\/\/(?!github\.com|huggingface\.co|docs\.)/);
  }
  expect(nonces.size).toBe(paths.length);
});

test('GET changes nothing', async ({ server }) => {
  const cookie = await cookieOf(server);
  const before = await conversations(server);
  const id = server.seeded[0];
  const attempts = [
    '/messages?text=hello&key=1',
    '/api/pictures',
    `/api/fn/delete_conversation?id=${id}`,
    `/api/fn/rename_conversation?id=${id}&title=Changed`,
    '/api/fn/send_message?text=hello',
    `/c/${id}?delete=1&title=Changed`,
    '/settings?theme=dark&language=fr',
  ];
  for (const path of attempts) {
    const { headers } = await raw(server.origin + path, { headers: { cookie } });
    expect(headers['set-cookie'], path).toBeUndefined();
  }
  expect(await conversations(server)).toEqual(before);
  const { text } = await raw(`${server.origin}/c/${id}`, { headers: { cookie } });
  expect(text).toContain('A secret');
  expect(text).toContain('Of mine.');
  expect(text).not.toContain('Changed');
  expect(text).toContain('lang="en"');
});

test('pictures and events of nobody are not found', async ({ server }) => {
  const cookie = await cookieOf(server);
  for (const path of ['/api/pictures/guessed', '/api/pictures/guessed/thumbnail', '/api/generations/guessed/events', '/c/guessed']) {
    expect((await raw(server.origin + path, { headers: { cookie } })).status, path).toBe(404);
    expect((await raw(server.origin + path)).status, path).toBe(401);
  }
});
