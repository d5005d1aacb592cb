import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { modelPath, type ModelName } from './models';
import { programs } from './programs';
import { seed, type SeededConversation } from './seed';

export interface ServerOptions {
  /** The built-in model if left out. */
  model?: ModelName;
  /** The longest answer, in tokens. */
  answerTokens?: number;
  /** Conversations that are there from the start. */
  seed?: SeededConversation[];
  /** More of the program's settings: CHATON_CONTEXT and the like. */
  environment?: Record<string, string>;
  /** Signing in with a fixed key, as often as wanted; false: with the printed one-time link. */
  fixedKey?: boolean;
  /** Accounts for several people. */
  team?: boolean;
  /** More of the command line. */
  args?: string[];
}

const START_MS = 60_000;
const STOP_MS = 10_000;
const READY = /Chaton is ready: (https?:\/\/[^\s]+)/;
const SET_UP = /Set it up here[^:]*: (https?:\/\/[^\s]+)/g;

/** The real program on a data folder of its own. */
export class ChatonServer {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'chaton-data-'));
  /** Ids of the seeded conversations, in their order. */
  readonly seeded: string[];
  /** Everything it printed, over all its starts. */
  log = '';
  /** The link it printed at its last start. */
  link = '';
  private process?: ChildProcess;

  private constructor(private readonly options: ServerOptions) {
    this.seeded = options.seed ? seed(this.dataDir, options.seed) : [];
  }

  static async start(options: ServerOptions = {}): Promise<ChatonServer> {
    const server = new ChatonServer(options);
    try {
      await server.run('127.0.0.1:0', {});
    } catch (error) {
      await server.dispose();
      throw error;
    }
    return server;
  }

  /** Without a slash at the end. */
  get origin(): string {
    return new URL(this.link).origin;
  }

  get host(): string {
    return new URL(this.link).host;
  }

  /** The newest link for one person that it printed: each works once. */
  lastLink(): string {
    return [...this.log.matchAll(/(http:\/\/\S+\?key=\S+)/g)].at(-1)?.[1] ?? this.link;
  }

  /** The last link for the first administrator that it printed. */
  async setUpLink(): Promise<string> {
    for (let tries = 0; tries < 50; tries++) {
      const link = [...this.log.matchAll(SET_UP)].at(-1)?.[1];
      if (link) return link;
      await new Promise(resolve => setTimeout(resolve, 100));
    }
    throw new Error(`no link for the set-up; the server printed:\n${this.log}`);
  }

  conversationUrl(index: number): string {
    return `${this.origin}/c/${this.seeded[index]}`;
  }

  private async run(listen: string, environment: Record<string, string>): Promise<void> {
    const { model, answerTokens, team = false, fixedKey = !team, args = [] } = this.options;
    const command = ['serve', '--listen', listen, '--data-dir', this.dataDir, '--no-open'];
    if (model) command.push('--model', modelPath(model));
    if (answerTokens) command.push('--answer-tokens', String(answerTokens));
    command.push(...args);
    const child = spawn(programs.chaton, command, {
      env: {
        ...process.env,
        ...(fixedKey ? { CHATON_KEY: 'end-to-end-tests-only' } : {}),
        ...(team ? { CHATON_TEAM: 'true' } : {}),
        ...this.options.environment,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = child;
    const before = this.log.length;
    this.link = await new Promise<string>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`the server ${why}; it printed:\n${this.log}`));
      const timer = setTimeout(() => fail(`did not start within ${START_MS} ms`), START_MS);
      const read = (piece: string) => {
        this.log += piece;
        const link = READY.exec(this.log.slice(before))?.[1];
        if (link) {
          clearTimeout(timer);
          resolve(link);
        }
      };
      child.stdout.setEncoding('utf8').on('data', read);
      child.stderr.setEncoding('utf8').on('data', read);
      child.once('error', error => fail(`cannot be started (${error.message})`));
      child.once('exit', (code, signal) => {
        clearTimeout(timer);
        fail(`ended with ${signal ?? code}`);
      });
    });
  }

  /** Politely, as Ctrl+C does. */
  async stop(): Promise<void> {
    await this.end('SIGTERM');
  }

  /** As a power cut does. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  private async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const last = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(last);
  }

  /** Starts it again on the same port and data folder. */
  async startAgain(environment: Record<string, string> = {}): Promise<void> {
    await this.run(this.host, environment);
  }

  async restart(environment: Record<string, string> = {}): Promise<void> {
    await this.stop();
    await this.startAgain(environment);
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
