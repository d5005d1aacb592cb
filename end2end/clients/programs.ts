import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

const START_MS = 60_000;
const STOP_MS = 10_000;

/** A port of this machine that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A program that says when it is ready. */
export class Program {
  /** Everything it printed. */
  log = '';

  private constructor(
    private readonly child: ChildProcess,
    /** What `ready` found in its first group. */
    readonly said: Promise<string>,
  ) {}

  static async start(command: string, words: string[], ready: RegExp): Promise<Program> {
    const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    let found: (said: string) => void = () => {};
    const said = new Promise<string>(resolve => (found = resolve));
    const program = new Program(child, said);
    const read = (piece: string) => {
      program.log += piece;
      const match = ready.exec(program.log);
      if (match) found(match[1]);
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    const failed = new Promise<never>((_, reject) => {
      const fail = (why: string) => {
        clearTimeout(timer);
        reject(new Error(`${command} ${why}; it printed:\n${program.log}`));
      };
      const timer = setTimeout(() => fail(`was not ready within ${START_MS} ms`), START_MS);
      void said.then(() => clearTimeout(timer));
      child.once('error', error => fail(`cannot be started (${error.message})`));
      child.once('exit', (code, signal) => fail(`ended with ${signal ?? code}`));
    });
    try {
      await Promise.race([said, failed]);
    } catch (error) {
      await program.stop();
      throw error;
    }
    return program;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null || this.child.pid === undefined) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const last = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(last);
  }
}
