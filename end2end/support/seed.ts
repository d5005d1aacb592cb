import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { programs } from './programs';

export interface SeededMessage {
  role: 'user' | 'assistant';
  text: string;
  /** Index of the message it follows; without it, the one before. */
  parent?: number;
}

export interface SeededConversation {
  title: string;
  messages: SeededMessage[];
}

/** A conversation of one question and one answer. */
export function exchange(title: string, answer: string, question = title): SeededConversation {
  return { title, messages: [{ role: 'user', text: question }, { role: 'assistant', text: answer }] };
}

/** Puts conversations into a data folder on which no server runs; gives their ids. */
export function seed(dataDir: string, conversations: SeededConversation[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'chaton-seed-'));
  try {
    const file = join(folder, 'conversations.json');
    writeFileSync(file, JSON.stringify(conversations));
    const printed = execFileSync(programs.seed, [dataDir, file], { encoding: 'utf8', maxBuffer: 1 << 26 });
    return JSON.parse(printed) as string[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
