import { Chat } from '../support/chat';
import { redCircle } from '../support/pictures';
import { exchange } from '../support/seed';
import { expect, hydrated, open, reload, test } from '../support/test';

test.use({ serverOptions: { seed: [exchange('Hello', 'Good day.')] } });

test('text and pictures survive a reload, and go when they are sent', async ({ page, server }) => {
  const chat = new Chat(page);
  await chat.attachAll([redCircle()]);
  await chat.box.fill('What is in\nthis picture?');
  await reload(page);
  await expect(chat.box).toHaveValue('What is in\nthis picture?');
  await expect(chat.thumbnail('red-circle.png')).toBeVisible();
  await chat.send.click();
  await chat.answered(/red circle/i);

  await page.goto(server.origin);
  await hydrated(page);
  await expect(chat.box).toHaveValue('');
  await expect(chat.thumbnail('red-circle.png')).toHaveCount(0);
});

test('each conversation has a draft of its own', async ({ page, server }) => {
  const chat = new Chat(page);
  await chat.box.fill('For a new chat');
  await chat.row('Hello').click();
  await expect(page).toHaveURL(server.conversationUrl(0));
  await expect(chat.box).toHaveValue('');
  await chat.box.fill('For the old one');
  await chat.sideBar.getByRole('link', { name: 'New chat' }).click();
  await expect(chat.box).toHaveValue('For a new chat');
  await open(page, server.conversationUrl(0));
  await expect(chat.box).toHaveValue('For the old one');
});

test('a double click on Send sends once, and stops nothing', async ({ page }) => {
  const chat = new Chat(page);
  await chat.attachAll([redCircle()]);
  await chat.box.fill('What is in this picture?');
  await chat.send.dblclick();
  await chat.answered(/red circle/i);
  await reload(page);
  await expect(chat.questions).toHaveCount(1);
  await expect(chat.answers).toHaveCount(1);
  await expect(chat.lastAnswer).toContainText(/red circle/i);
  await expect(chat.row('What is in this picture?')).toHaveCount(1);
});
