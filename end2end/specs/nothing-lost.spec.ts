import type { Page, Route } from '@playwright/test';

import { Chat } from '../support/chat';
import { blueCircle, redCircle, textNamedPng } from '../support/pictures';
import { exchange } from '../support/seed';
import { expect, hydrated, open, reload, test } from '../support/test';

test.use({ serverOptions: { seed: [exchange('One talk', 'Good day.'), exchange('Another talk', 'Good night.')] } });

/** Holds requests to `path` back until `release` is called. */
async function hold(page: Page, path: string): Promise<{ begun: Promise<void>; release: () => void }> {
  let release = () => {};
  const released = new Promise<void>(resolve => (release = resolve));
  let begin = () => {};
  const begun = new Promise<void>(resolve => (begin = resolve));
  await page.route(path, async (route: Route) => {
    begin();
    await released;
    await route.continue();
  });
  return { begun, release };
}

const SEND = '**/api/fn/send_message';

test('going from one conversation to the next keeps both drafts', async ({ page, server }) => {
  const chat = new Chat(page);
  await open(page, server.conversationUrl(1));
  await chat.box.fill('For the other one');
  await open(page, server.conversationUrl(0));
  await chat.box.fill('For the first one');
  await chat.row('Another talk').click();
  await expect(chat.box).toHaveValue('For the other one');
  await chat.row('One talk').click();
  await expect(chat.box).toHaveValue('For the first one');
});

test('what is typed before the page is alive goes behind the draft', async ({ page, server }) => {
  const chat = new Chat(page);
  await chat.attachAll([redCircle()]);
  await chat.box.fill('A draft');
  const script = await hold(page, '**/pkg/*.wasm');
  await page.goto(`${server.origin}/`, { waitUntil: 'commit' });
  await chat.box.fill('and more');
  script.release();
  await hydrated(page);
  await expect(chat.box).toHaveValue('A draft\nand more');
  await expect(chat.thumbnail('red-circle.png')).toBeVisible();
});

test('what is written while a message is on its way stays for the next', async ({ page, server }) => {
  await open(page, server.conversationUrl(0));
  const chat = new Chat(page);
  await chat.box.fill('What is this?');
  const sending = await hold(page, SEND);
  await chat.send.click();
  await sending.begun;
  await chat.box.pressSequentially(' And then this.');
  await chat.attachAll([redCircle()]);
  sending.release();
  await expect(chat.questions).toHaveCount(2);
  await expect(chat.questions.last()).toContainText('What is this?');
  await expect(chat.box).toHaveValue('And then this.');
  await expect(chat.thumbnail('red-circle.png')).toBeVisible();
});

test('the rest of a first message goes along into its conversation', async ({ page }) => {
  const chat = new Chat(page);
  await chat.box.fill('Hello there');
  const sending = await hold(page, SEND);
  await chat.send.click();
  await sending.begun;
  await chat.box.pressSequentially(', and more');
  sending.release();
  await expect(page).toHaveURL(/\/c\//);
  await expect(chat.box).toHaveValue(', and more');
  await chat.sideBar.getByRole('link', { name: 'New chat' }).click();
  await expect(chat.box).toHaveValue('');
});

test('a message whose answer was lost is sent once, and a changed one is another', async ({ page, server, expectNetworkErrors }) => {
  expectNetworkErrors();
  await open(page, server.conversationUrl(1));
  const chat = new Chat(page);
  await page.route(SEND, async route => {
    await route.fetch();
    await route.abort();
  });
  await chat.box.fill('Are you there?');
  await chat.send.click();
  await expect(page.getByRole('alert')).toContainText('could not be reached');
  await page.unroute(SEND);
  await reload(page);
  await expect(chat.box, 'the draft is kept').toHaveValue('Are you there?');
  await chat.send.click();
  await chat.answered();
  await reload(page);
  await expect(chat.questions.filter({ hasText: 'Are you there?' })).toHaveCount(1);
  await expect(chat.conversation.getByText('2 of 2')).toHaveCount(0);

  await page.route(SEND, async route => {
    await route.fetch();
    await route.abort();
  });
  await chat.box.fill('Really?');
  await chat.send.click();
  await expect(page.getByRole('alert')).toContainText('could not be reached');
  await page.unroute(SEND);
  await chat.box.fill('Really, truly?');
  await chat.send.click();
  await expect(chat.questions.last()).toContainText('Really, truly?');
});

test('a message does not leave without a picture that was refused', async ({ page, expectNetworkErrors }) => {
  expectNetworkErrors();
  const chat = new Chat(page);
  const upload = await hold(page, '**/api/pictures');
  await chat.attachFiles([textNamedPng()]);
  await chat.box.fill('What is in this picture?');
  await chat.box.press('Enter');
  await expect(page.getByText('Wait for the pictures', { exact: false }).or(chat.composer.getByRole('status'))).not.toBeEmpty();
  upload.release();
  await expect(page.getByRole('alert')).toContainText("Can't read this picture");
  await expect(chat.box).toHaveValue('What is in this picture?');
  await expect(page).not.toHaveURL(/\/c\//);
  // Long enough for a message that should not leave to leave.
  await page.waitForTimeout(500);
  await expect(chat.row('What is in this picture?')).toHaveCount(0);
});

test('an example leaves what is being written alone', async ({ page, server }) => {
  const chat = new Chat(page);
  await chat.attachAll([blueCircle()]);
  await chat.box.fill('My own question');
  await page.getByRole('button', { name: 'What does it say?' }).click();
  await expect(page).toHaveURL(/\/c\//);
  await expect(chat.questions).toContainText(['What does it say?']);
  await page.goto(`${server.origin}/`);
  await hydrated(page);
  await expect(chat.box).toHaveValue('My own question');
  await expect(chat.thumbnail('blue-circle.png')).toBeVisible();
});

test('an upload that ends elsewhere is in the draft one left', async ({ page, server }) => {
  const chat = new Chat(page);
  const upload = await hold(page, '**/api/pictures');
  await chat.attachFiles([redCircle()]);
  await upload.begun;
  await chat.row('One talk').click();
  await expect(page).toHaveURL(server.conversationUrl(0));
  const arrived = page.waitForResponse('**/api/pictures');
  upload.release();
  await arrived;
  await chat.sideBar.getByRole('link', { name: 'New chat' }).click();
  await expect(chat.thumbnail('red-circle.png')).toBeVisible();
  await chat.thumbnail('red-circle.png').click();
  await expect(chat.dialog.getByRole('img')).toHaveAttribute('src', /\/api\/pictures\/[^/]+$/);
});

test('an edit that was begun goes on after a reload, and is gone when given up', async ({ page, server }) => {
  await open(page, server.conversationUrl(0));
  const chat = new Chat(page);
  const field = page.getByRole('textbox', { name: 'Edit message' });
  await chat.questions.first().getByRole('button', { name: 'Edit' }).click();
  await field.fill('One talk, but better');
  await reload(page);
  await expect(field).toHaveValue('One talk, but better');
  await field.press('Escape');
  await expect(field).toHaveCount(0);
  await expect(chat.questions.first().getByRole('button', { name: 'Edit' })).toBeFocused();
  await reload(page);
  await expect(field).toHaveCount(0);
});

test('a second message right after the first follows its answer', async ({ page, server }) => {
  await open(page, server.conversationUrl(0));
  const chat = new Chat(page);
  const looking = await hold(page, '**/api/fn/get_conversation*');
  await chat.box.fill('First');
  await chat.box.press('Enter');
  await expect(chat.stop, 'at once').toBeVisible();
  await chat.box.fill('Second');
  await chat.box.press('Enter');
  looking.release();
  await chat.answered();
  await chat.box.press('Enter');
  await expect(chat.questions.last()).toContainText('Second');
  await chat.answered();
  await expect(chat.conversation.getByText(/\d of \d/)).toHaveCount(0);
});

test('two clicks on Regenerate make one more version', async ({ page, server }) => {
  await open(page, server.conversationUrl(0));
  const chat = new Chat(page);
  await chat.lastAnswer.getByRole('button', { name: 'Regenerate' }).dblclick();
  await expect(chat.lastAnswer).toContainText('2 of 2');
  await chat.answered();
  await reload(page);
  await expect(chat.lastAnswer).toContainText('2 of 2');
});

test('a link to a version leads to it from inside the page, too', async ({ page, server }) => {
  await open(page, server.conversationUrl(1));
  const chat = new Chat(page);
  await chat.questions.first().getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('textbox', { name: 'Edit message' }).fill('Another version');
  await page.getByRole('textbox', { name: 'Edit message' }).press('Enter');
  await expect(chat.questions.first()).toContainText('2 of 2');
  await expect(chat.box, 'the keyboard goes on to the composer').toBeFocused();
  await chat.answered();
  const first = await chat.questions.first().locator('input[name=at]').first().getAttribute('value');
  await open(page, `${server.conversationUrl(1)}?at=${first}`);
  await expect(chat.questions.first()).toContainText('1 of 2');
  await chat.row('One talk').click();
  await expect(chat.questions.first()).toContainText('One talk');
});

test('while the server is away the conversations stay, and a page that cannot be shown says so', async ({ page, context, expectNetworkErrors }) => {
  expectNetworkErrors();
  const chat = new Chat(page);
  await expect(chat.row('One talk')).toBeVisible();
  await context.setOffline(true);
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await page.waitForTimeout(300);
  await expect(chat.row('One talk')).toBeVisible();
  await chat.row('One talk').click();
  await expect(page.getByRole('alert')).toContainText('could not be shown');
  await context.setOffline(false);
  await page.getByRole('button', { name: 'Reload' }).click();
  await hydrated(page);
  await expect(chat.questions.first()).toContainText('One talk');
});

test('text pasted from an office program is text', async ({ page }) => {
  const chat = new Chat(page);
  await chat.box.focus();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData('text/plain', 'three cells');
    data.items.add(new File([new Uint8Array(8)], 'cells.png', { type: 'image/png' }));
    document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await page.waitForTimeout(200);
  await expect(chat.thumbnail('cells.png')).toHaveCount(0);
});
