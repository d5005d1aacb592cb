import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect, type Page } from '@playwright/test';

import { programs } from '../support/programs';
import { hydrated } from '../support/test';

const START_MS = 60_000;
const STOP_MS = 10_000;
export const PASSWORD = 'an otter on a bicycle';

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'chaton-clients-'));
}

/** Ports of this machine that nobody listens on at the moment. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  const ports: number[] = [];
  for (const server of servers) {
    if (!server.listening) await once(server, 'listening');
    ports.push((server.address() as AddressInfo).port);
  }
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return ports;
}

/** PEM files. */
export interface CertificateFiles {
  certificate: string;
  key: string;
}

/** A certificate that nobody vouches for, in `folder`. */
export function selfSigned(folder: string, name = 'localhost'): CertificateFiles {
  const files = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name},IP:127.0.0.1`];
  execFileSync('openssl', ['req', ...kind, ...names, '-keyout', files.key, '-out', files.certificate], { stdio: 'pipe' });
  return files;
}

/** A program that was started, and everything it printed. */
export class Program {
  log = '';
  /** Its exit code; null where a signal ended it. */
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;
  private hasEnded = false;

  constructor(
    private readonly command: string,
    words: string[],
  ) {
    // Debian keeps nginx where only administrators look.
    const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
    const child = spawn(command, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const read = (piece: string) => (this.log += piece);
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    this.child = child;
    this.ended = new Promise((end, fail) => {
      child.once('error', error => {
        this.hasEnded = true;
        fail(new Error(`${command} cannot be started: ${error.message}`));
      });
      child.once('close', code => {
        this.hasEnded = true;
        end(code);
      });
    });
    // Whoever waits for it is told; nobody else is.
    this.ended.catch(() => {});
  }

  /** Waits until `look` finds something, while the program runs. */
  async until(look: () => Promise<string | undefined>): Promise<string> {
    const start = Date.now();
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (this.hasEnded) await this.ended.then(code => this.fail(`ended with ${code}`));
      if (Date.now() - start > START_MS) this.fail(`was not ready within ${START_MS} ms`);
      await sleep(50);
    }
  }

  /** Waits until it has printed what `pattern` finds; gives the pattern's first group. */
  async says(pattern: RegExp): Promise<string> {
    return this.until(async () => pattern.exec(this.log)?.[1]);
  }

  private fail(why: string): never {
    throw new Error(`${this.command} ${why}; it printed:\n${this.log}`);
  }

  async stop(): Promise<void> {
    if (this.hasEnded) return;
    this.child.kill('SIGTERM');
    const last = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    await this.ended.catch(() => {});
    clearTimeout(last);
  }
}

/** Chaton with accounts, on a data folder of its own, at `port` of this machine. */
export class Team {
  private constructor(
    readonly port: number,
    private readonly dataDir: string,
    readonly program: Program,
  ) {}

  static async start(port: number, words: string[] = []): Promise<Team> {
    const dataDir = temporaryFolder();
    const where = ['--no-open', '--listen', `127.0.0.1:${port}`, '--data-dir', dataDir];
    const team = new Team(port, dataDir, new Program(programs.chaton, ['serve', '--team', ...where, ...words]));
    try {
      await team.program.says(/Chaton is ready: (https?:\/\/\S+)/);
      return team;
    } catch (error) {
      await team.dispose();
      throw error;
    }
  }

  /** The link for the first administrator. */
  setUpLink(): Promise<string> {
    return this.program.says(/Set it up here[^:]*: (https?:\/\/\S+)/);
  }

  async dispose(): Promise<void> {
    await this.program.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

export interface ProxyPorts {
  /** Where browsers come in. */
  https: number;
  http: number;
  /** Where Chaton listens. */
  chaton: number;
}

/** nginx with deploy/nginx.conf as it is, but for names, ports and places of files. */
export class ReverseProxy {
  private constructor(
    private readonly folder: string,
    private readonly program: Program,
  ) {}

  static async start(ports: ProxyPorts): Promise<ReverseProxy> {
    const folder = temporaryFolder();
    const { certificate, key } = selfSigned(folder);
    const changes: [there: string, here: string][] = [
      ['/etc/letsencrypt/live/chat.example.org/fullchain.pem', certificate],
      ['/etc/letsencrypt/live/chat.example.org/privkey.pem', key],
      ['/var/log/nginx/', `${folder}/`],
      ['listen 80;', `listen 127.0.0.1:${ports.http};`],
      ['listen 443 ssl http2;', `listen 127.0.0.1:${ports.https} ssl http2;`],
      ['127.0.0.1:3000', `127.0.0.1:${ports.chaton}`],
      ['https://chat.example.org', `https://localhost:${ports.https}`],
      ['chat.example.org', 'localhost'],
    ];
    let site = readFileSync(resolve(__dirname, '../../deploy/nginx.conf'), 'utf8');
    for (const [there, here] of changes) {
      if (!site.includes(there)) throw new Error(`deploy/nginx.conf has no "${there}" any more`);
      site = site.split(there).join(here);
    }
    writeFileSync(join(folder, 'site.conf'), site);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    const main = [
      'daemon off;',
      // As root nginx would hand its work to a user who may not look into this folder.
      process.getuid?.() === 0 ? 'user root;' : '',
      `pid ${folder}/nginx.pid;`,
      `error_log ${folder}/error.log;`,
      'worker_processes 1;',
      'events { worker_connections 256; }',
      'http {',
      ...temporary.map(name => `  ${name}_temp_path ${folder}/${name};`),
      `  include ${folder}/site.conf;`,
      '}',
    ];
    writeFileSync(join(folder, 'nginx.conf'), `${main.join('\n')}\n`);
    const words = ['-e', `${folder}/error.log`, '-p', folder, '-c', `${folder}/nginx.conf`];
    const proxy = new ReverseProxy(folder, new Program(process.env.CHATON_NGINX || 'nginx', words));
    try {
      await proxy.program.until(async () => ((await isListening(ports.https)) ? 'listening' : undefined));
      return proxy;
    } catch (error) {
      const log = proxy.read('error.log');
      await proxy.dispose();
      throw new Error(`nginx did not start; its log:\n${log}`, { cause: error });
    }
  }

  /** One line a request, as far as they are written. */
  accessLog(): string {
    return this.read('chaton.log');
  }

  private read(name: string): string {
    try {
      return readFileSync(join(this.folder, name), 'utf8');
    } catch {
      return '';
    }
  }

  async dispose(): Promise<void> {
    await this.program.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

export interface Reply {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
}

export interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Begins a request to this machine, whatever name `url` has and whoever signed the certificate. */
export function begin(url: string, asked: Asked, take: (reply: http.IncomingMessage) => void): http.ClientRequest {
  const { protocol, host, port, pathname, search } = new URL(url);
  const options: https.RequestOptions = {
    host: '127.0.0.1',
    port,
    path: pathname + search,
    method: asked.method ?? 'GET',
    headers: { host, ...asked.headers },
    agent: false,
    servername: 'localhost',
    rejectUnauthorized: false,
  };
  const sent = protocol === 'https:' ? https.request(options, take) : http.request(options, take);
  sent.end(asked.body);
  return sent;
}

/** A whole request, as no browser would let a page make it. */
export function ask(url: string, asked: Asked = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = begin(url, asked, reply => {
      let text = '';
      reply.setEncoding('utf8').on('data', piece => (text += piece));
      reply.once('error', reject);
      reply.once('end', () => resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text }));
    });
    sent.once('error', reject);
  });
}

/** A connection by hand, without TLS. */
export class Connection {
  /** What the other side sent. */
  received = '';
  /** Seconds after which it was over, whoever ended it. */
  readonly over: Promise<number>;
  private readonly socket: Socket;

  constructor(port: number) {
    const start = Date.now();
    this.socket = connect(port, '127.0.0.1');
    this.socket.setEncoding('latin1').on('data', piece => (this.received += piece));
    // Writing to who has gone is what is tried here.
    this.socket.on('error', () => {});
    this.over = new Promise(resolve => this.socket.once('close', () => resolve((Date.now() - start) / 1000)));
  }

  send(text: string): void {
    if (!this.socket.destroyed) this.socket.write(text, 'latin1');
  }

  close(): void {
    this.socket.destroy();
  }
}

/** Makes the first administrator, whose browser then stands in the chat. */
export async function setUp(page: Page, link: string, name: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Password again').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create the account' }).click();
  await expect(page).toHaveURL(`${new URL(link).origin}/`);
  await hydrated(page);
}

/** What such a session's cookie must be. */
export const BOUND_COOKIE = {
  name: expect.stringMatching(/^__Host-chaton_session_\d+$/),
  domain: 'localhost',
  path: '/',
  secure: true,
  httpOnly: true,
  sameSite: 'Lax',
} as const;
