import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, type Locator, type Page } from '@playwright/test';

import type { TestFile } from './pictures';

const ANSWER_MS = 45_000;

/** The chat page as a person sees it: by role and name only. */
export class Chat {
  readonly composer: Locator;
  readonly box: Locator;
  readonly send: Locator;
  readonly stop: Locator;
  readonly attach: Locator;
  readonly conversation: Locator;
  readonly sideBar: Locator;
  readonly questions: Locator;
  readonly answers: Locator;
  readonly dialog: Locator;

  constructor(readonly page: Page) {
    this.composer = page.getByRole('form', { name: 'Send a message' });
    this.box = this.composer.getByRole('textbox', { name: 'Message' });
    this.send = this.composer.getByRole('button', { name: 'Send', exact: true });
    this.stop = this.composer.getByRole('button', { name: 'Stop', exact: true });
    this.attach = this.composer.getByRole('button', { name: 'Attach pictures' });
    this.conversation = page.getByRole('region', { name: 'Conversation' });
    this.sideBar = page.getByRole('navigation', { name: 'Conversations' });
    this.questions = this.conversation.getByRole('article', { name: 'You' });
    this.answers = this.conversation.getByRole('article', { name: 'Assistant' });
    this.dialog = page.getByRole('dialog', { name: 'Picture' });
  }

  get lastAnswer(): Locator {
    return this.answers.last();
  }

  /** Writes and sends; returns when the question stands in the conversation. */
  async ask(text: string): Promise<void> {
    const before = await this.questions.count();
    await this.box.fill(text);
    await this.send.click();
    await expect(this.questions).toHaveCount(before + 1);
    await expect(this.questions.last()).toContainText(text);
  }

  /** Waits until the last answer has ended. */
  async answered(says?: RegExp): Promise<void> {
    await expect(this.lastAnswer.getByRole('button', { name: 'Copy' })).toBeVisible({ timeout: ANSWER_MS });
    await expect(this.send).toBeVisible();
    if (says) await expect(this.lastAnswer).toContainText(says);
  }

  /** Waits until the last answer shows at least `letters`, and gives what it shows. */
  async growing(letters: number): Promise<string> {
    await expect.poll(() => shownLetters(this.lastAnswer).then(text => text.length), { timeout: ANSWER_MS }).toBeGreaterThan(letters);
    return shownLetters(this.lastAnswer);
  }

  thumbnail(name: string): Locator {
    return this.composer.getByRole('button', { name: `Open picture ${name}` });
  }

  remove(name: string): Locator {
    return this.composer.getByRole('button', { name: `Remove picture ${name}` });
  }

  /** Waits until a picture is with the server. */
  async uploaded(name: string): Promise<void> {
    await expect(this.thumbnail(name)).toBeVisible({ timeout: 30_000 });
    await expect(this.composer.getByRole('progressbar')).toHaveCount(0, { timeout: 30_000 });
  }

  /** Chooses files as the button's dialog does. */
  async attachFiles(files: TestFile[] | string[]): Promise<void> {
    const choosing = this.page.waitForEvent('filechooser');
    await this.attach.click();
    await (await choosing).setFiles(files as TestFile[]);
  }

  async attachAll(files: TestFile[]): Promise<void> {
    await this.attachFiles(files);
    for (const file of files) await this.uploaded(file.name);
  }

  /** Files dragged over the page by the browser itself, so that a page that forgets to take them is left. */
  async drag(files: TestFile[], then: () => Promise<void> = async () => {}): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'chaton-drop-'));
    // Not before: the page reads the files when it sends them.
    this.page.once('close', () => rmSync(folder, { recursive: true, force: true }));
    const paths = files.map(file => join(folder, file.name));
    files.forEach((file, i) => writeFileSync(paths[i], file.buffer));
    const devtools = await this.page.context().newCDPSession(this.page);
    const drag = (type: 'dragEnter' | 'dragOver' | 'drop') =>
      devtools.send('Input.dispatchDragEvent', {
        type,
        x: 700,
        y: 300,
        data: { items: [], files: paths, dragOperationsMask: 1 },
      });
    await drag('dragEnter');
    await drag('dragOver');
    await then();
    await drag('drop');
    await devtools.detach();
    for (const file of files) await expect(this.page.getByText(file.name).or(this.thumbnail(file.name)).first()).toBeAttached();
  }

  /** Puts a picture on the clipboard and presses Ctrl+V. */
  async paste(file: TestFile): Promise<void> {
    await this.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await this.page.evaluate(async base64 => {
      const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': new Blob([bytes], { type: 'image/png' }) })]);
    }, file.buffer.toString('base64'));
    await this.box.focus();
    await this.page.keyboard.press('Control+V');
  }

  /** Presses "Copy" and reads the clipboard. */
  async copy(message: Locator): Promise<string> {
    await this.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await this.page.evaluate(() => navigator.clipboard.writeText('nothing was copied'));
    await message.getByRole('button', { name: 'Copy', exact: true }).click();
    await expect.poll(() => this.page.evaluate(() => navigator.clipboard.readText())).not.toBe('nothing was copied');
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  row(title: string): Locator {
    return this.sideBar.getByRole('link', { name: title });
  }

  async openMenu(title: string): Promise<void> {
    await this.row(title).hover();
    await this.sideBar.getByRole('button', { name: `Options for ${title}` }).click();
  }

  async choose(title: string, item: string): Promise<void> {
    await this.openMenu(title);
    await this.page.getByRole('menuitem', { name: item, exact: true }).click();
  }
}

/** Buttons with JavaScript, links without. */
export function control(within: Locator, name: string): Locator {
  return within.getByRole('button', { name }).or(within.getByRole('link', { name }));
}

/**
 * An answer's letters and digits: marks may still become emphasis or code while a paragraph grows, its words stay.
 * Buttons and other furniture of the message are left out.
 */
export function shownLetters(answer: Locator): Promise<string> {
  return answer.evaluate(article => {
    const copy = article.cloneNode(true) as HTMLElement;
    copy.querySelectorAll('button, [role=status], [role=group], [role=toolbar], footer, header, h2, h3').forEach(part => part.remove());
    return (copy.textContent ?? '').replace(/[^\p{L}\p{N}]/gu, '');
  });
}
