import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from '@playwright/test';

import { Chat } from '../support/chat';
import { programs } from '../support/programs';
import { BOUND_COOKIE, Connection, Program, Team, ask, freePorts, selfSigned, setUp, temporaryFolder } from './processes';

test.use({ ignoreHTTPSErrors: true });

let folder: string;

test.beforeAll(() => {
  folder = temporaryFolder();
});

test.afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('with a certificate of its own Chaton speaks https, and nothing else', async ({ page, context }) => {
  const { certificate, key } = selfSigned(folder);
  const [port] = await freePorts(1);
  const origin = `https://localhost:${port}`;
  const team = await Team.start(port, ['--public-url', origin, '--tls-cert', certificate, '--tls-key', key]);
  try {
    expect((await ask(`${origin}/healthz`)).status).toBe(200);
    await expect(ask(`http://localhost:${port}/healthz`)).rejects.toThrow();
    for (const host of ['outside.example', 'localhost', `127.0.0.1:${port}`]) {
      expect((await ask(`${origin}/healthz`, { headers: { host } })).status, host).toBe(403);
    }

    await setUp(page, await team.setUpLink(), 'Ada');
    const session = (await context.cookies()).find(cookie => cookie.name.includes('session'));
    expect(session).toMatchObject(BOUND_COOKIE);
    const reply = await page.reload();
    expect(reply?.status()).toBe(200);
    expect(reply?.headers()['strict-transport-security']).toBe('max-age=31536000');
    const chat = new Chat(page);
    await chat.ask('Hello');
    await chat.answered();
  } finally {
    await team.dispose();
  }
});

test('a certificate without its key ends the start with one sentence', async () => {
  const mine = selfSigned(folder);
  const other = selfSigned(folder, 'other.example');
  const [port] = await freePorts(1);
  for (const key of [other.key, mine.certificate, join(folder, 'no-such-file.pem')]) {
    const where = ['--listen', `127.0.0.1:${port}`, '--data-dir', join(folder, 'data'), '--no-open'];
    const tls = ['--public-url', `https://localhost:${port}`, '--tls-cert', mine.certificate, '--tls-key', key];
    const program = new Program(programs.chaton, ['serve', '--team', ...where, ...tls]);
    expect(await program.ended, program.log).toBe(1);
    const lines = program.log.trim().split('\n');
    expect(lines, program.log).toHaveLength(1);
    expect(lines[0]).toContain(`chaton: the certificate ${mine.certificate} and the key ${key} cannot be used`);
  }
});

test('who does not end a request is let go while others are served', async () => {
  test.setTimeout(90_000);
  const [port] = await freePorts(1);
  const team = await Team.start(port);
  const connections = [new Connection(port), new Connection(port), new Connection(port)];
  try {
    const [, half, dripping] = connections;
    const head = `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Slow: `;
    half.send(head);
    dripping.send(head);
    let areOver = false;
    const over = Promise.all(connections.map(connection => connection.over));
    void over.then(() => (areOver = true));
    for (let second = 0; second < 30 && !areOver; second++) {
      dripping.send('x');
      const start = Date.now();
      expect((await ask(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
      expect(Date.now() - start, 'others do not wait').toBeLessThan(3000);
      await sleep(1000);
    }
    expect(areOver, 'all three were let go').toBe(true);
    for (const seconds of await over) {
      expect(seconds).toBeGreaterThan(15);
      expect(seconds).toBeLessThan(25);
    }
  } finally {
    connections.forEach(connection => connection.close());
    await team.dispose();
  }
});

test('a body that stands still is given up', async () => {
  test.setTimeout(120_000);
  const [port] = await freePorts(1);
  const team = await Team.start(port);
  const connection = new Connection(port);
  try {
    const start = Date.now();
    const head = ['POST /sign-in HTTP/1.1', `Host: 127.0.0.1:${port}`, 'Content-Type: application/x-www-form-urlencoded'];
    connection.send(`${[...head, 'Content-Length: 1000'].join('\r\n')}\r\n\r\n`);
    for (const letter of 'name=Ada&p') {
      connection.send(letter);
      await sleep(1000);
    }
    expect((await ask(`http://127.0.0.1:${port}/healthz`)).status, 'others are served').toBe(200);
    const stoodStill = (Date.now() - start) / 1000 - 1;
    const seconds = (await Promise.race([connection.over, sleep(60_000, Infinity, { ref: false })])) - stoodStill;
    expect(seconds).toBeGreaterThan(25);
    expect(seconds).toBeLessThan(40);
    expect(connection.received).toMatch(/^HTTP\/1\.1 4\d\d /);
  } finally {
    connection.close();
    await team.dispose();
  }
});
