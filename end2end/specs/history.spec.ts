import { Chat } from '../support/chat';
import { redCircle } from '../support/pictures';
import { exchange } from '../support/seed';
import { expect, hydrated, open, reload, test } from '../support/test';

test.use({
  serverOptions: {
    seed: [
      exchange('To be renamed', 'First answer.'),
      exchange('To be deleted', 'Second answer.'),
      exchange('To be kept', 'Third answer.'),
    ],
  },
});

test('a conversation is called after its first question and stands on top of the list', async ({ page }) => {
  const chat = new Chat(page);
  await chat.ask('Hello, who are you?');
  await chat.answered();
  await expect(chat.row('Hello, who are you?')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Hello, who are you?' })).toBeVisible();
  await expect(page).toHaveTitle(/Hello, who are you\?/);

  await chat.sideBar.getByRole('link', { name: 'New chat' }).click();
  await expect(page.getByRole('heading', { name: 'Add a picture. Ask about it.' })).toBeVisible();
  await chat.ask('A second one\nwith two lines');
  await chat.answered();
  const links = await chat.sideBar.getByRole('list').getByRole('link').allTextContents();
  expect(links.slice(0, 2).map(text => text.trim())).toEqual(['A second one', 'Hello, who are you?']);

  await chat.row('To be kept').click();
  await expect(chat.lastAnswer).toContainText('Third answer.');
  await expect(page).toHaveURL(/\/c\//);
});

test('rename', async ({ page }) => {
  const chat = new Chat(page);
  await chat.choose('To be renamed', 'Rename');
  const field = page.getByRole('textbox', { name: /title|name/i });
  await expect(field).toBeFocused();
  await expect(field).toHaveValue('To be renamed');
  await field.fill('Circles & <b>squares</b>');
  await field.press('Enter');
  await expect(chat.row('Circles & <b>squares</b>')).toBeVisible();
  await reload(page);
  await expect(chat.row('Circles & <b>squares</b>')).toBeVisible();
  await expect(chat.row('To be renamed')).toHaveCount(0);
});

test('delete, and undo', async ({ page, server }) => {
  const chat = new Chat(page);
  await open(page, server.conversationUrl(1));
  await chat.choose('To be deleted', 'Delete');
  await expect(chat.row('To be deleted')).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(chat.row('To be deleted')).toBeVisible();
  await open(page, server.conversationUrl(1));
  await expect(chat.lastAnswer).toContainText('Second answer.');

  await chat.choose('To be deleted', 'Delete');
  await expect(chat.row('To be deleted')).toHaveCount(0);
  await page.goto(server.origin);
  await hydrated(page);
  await expect(chat.row('To be kept')).toBeVisible();
  await expect(chat.row('To be deleted')).toHaveCount(0);
});

test('conversations and pictures survive a restart of the server', async ({ page, server, expectNetworkErrors }) => {
  const chat = new Chat(page);
  await chat.attachAll([redCircle()]);
  await chat.ask('What is in this picture?');
  await chat.answered(/red circle/i);
  expectNetworkErrors();
  await server.restart();
  await reload(page);
  await expect(chat.lastAnswer).toContainText(/red circle/i);
  const picture = chat.questions.getByRole('img');
  await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);
  await chat.ask('What color is the background?');
  await chat.answered(/white/i);
});
