import type { Locator, Page } from '@playwright/test';

import { Chat } from '../support/chat';
import { redCircle } from '../support/pictures';
import { exchange } from '../support/seed';
import { expect, open, test } from '../support/test';

test.use({ serverOptions: { seed: [exchange('A talk', 'Good day.'), exchange('Another', 'Good night.')] } });

/** Whether the focused element, or what surrounds it, draws a ring. */
const ringIsDrawn = () => {
  let element = document.activeElement;
  if (!element || element === document.body) return false;
  for (let level = 0; element && level < 4; level++, element = element.parentElement) {
    const style = getComputedStyle(element);
    const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
    const isFocusArea = level === 0 || element.matches(':focus-within');
    if (isFocusArea && (outlined || (level === 0 && style.boxShadow !== 'none'))) return true;
  }
  return false;
};

/** Presses Tab until `target` has the focus; every stop on the way must show it. */
async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if (await target.evaluate(element => element === document.activeElement)) return;
    await page.keyboard.press(key);
    const where = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200));
    if (await page.evaluate(() => document.activeElement !== document.body)) {
      expect(await page.evaluate(ringIsDrawn), `the focus is visible on ${where}`).toBe(true);
    }
  }
  throw new Error(`not reached with ${key}: ${target}`);
}

test('from the first screen to the answer, without a mouse', async ({ page }) => {
  const chat = new Chat(page);
  await tabTo(page, chat.attach);
  const choosing = page.waitForEvent('filechooser');
  await page.keyboard.press('Enter');
  await (await choosing).setFiles(redCircle());
  await chat.uploaded('red-circle.png');

  await tabTo(page, chat.box);
  await page.keyboard.type('What is');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('in this picture?');
  await expect(chat.box).toHaveValue('What is\nin this picture?');
  await page.keyboard.press('Enter');
  await chat.answered(/red circle/i);
  await expect(chat.box, 'ready for the next question').toBeFocused();

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await tabTo(page, chat.lastAnswer.getByRole('button', { name: 'Copy' }), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/red circle/i);

  await tabTo(page, chat.questions.getByRole('button', { name: 'Open picture red-circle.png' }), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(chat.dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(chat.dialog).toBeHidden();
});

test('the first stop leads past the side bar', async ({ page, server }) => {
  await open(page, server.conversationUrl(0));
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: /skip|go to/i });
  await expect(skip).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  const isInMain = () => page.evaluate(() => !!document.activeElement?.closest('main'));
  await expect.poll(isInMain).toBe(true);
});

test('menus open with Enter, move with the arrows and close with Escape', async ({ page }) => {
  const chat = new Chat(page);
  const options = chat.sideBar.getByRole('button', { name: 'Options for A talk' });
  await tabTo(page, options);
  await page.keyboard.press('Enter');
  const items = page.getByRole('menu').getByRole('menuitem');
  await expect(items.first()).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(items.nth(1)).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(items.first()).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toHaveCount(0);
  await expect(options).toBeFocused();

  await page.keyboard.press('Enter');
  await expect(items.first()).toHaveText(/Rename/);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('A new name');
  await page.keyboard.press('Enter');
  await expect(chat.row('A new name')).toBeVisible();
  await expect(chat.row('A new name')).toBeFocused();
});

test('delete and undo', async ({ page }) => {
  const chat = new Chat(page);
  await tabTo(page, chat.sideBar.getByRole('button', { name: 'Options for Another' }));
  await page.keyboard.press('Enter');
  await page.keyboard.press('End');
  await expect(page.getByRole('menuitem', { name: 'Delete' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(chat.row('Another')).toHaveCount(0);
  await expect(chat.sideBar.getByRole('link', { name: 'New chat' })).toBeFocused();
  const undo = page.getByRole('button', { name: 'Undo' });
  await tabTo(page, undo);
  await page.keyboard.press('Enter');
  await expect(chat.row('Another')).toBeVisible();
});

test('edit, and give it up', async ({ page, server }) => {
  await open(page, server.conversationUrl(1));
  const chat = new Chat(page);
  await tabTo(page, chat.questions.first().getByRole('button', { name: 'Edit' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Edit message' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('textbox', { name: 'Edit message' })).toHaveCount(0);
});
