import { Chat, control } from '../support/chat';
import { redCircle, textNamedPng } from '../support/pictures';
import { expect, test } from '../support/test';

const BRANCHES = {
  title: 'Branches',
  messages: [
    { role: 'user' as const, text: 'A question' },
    { role: 'assistant' as const, text: 'The **first** answer.' },
    { role: 'assistant' as const, text: 'The **second** answer.', parent: 0 },
  ],
};

test.use({ serverOptions: { seed: [BRANCHES] }, javaScriptEnabled: false });

test('send a picture with the plain form, and read the answer after a reload', async ({ page }) => {
  const chat = new Chat(page);
  await chat.composer.locator('input[type=file]').setInputFiles(redCircle());
  await chat.box.fill('What is in this picture?');
  await chat.send.click();
  await expect(page).toHaveURL(/\/c\/[\w-]+$/);
  await expect(chat.questions).toContainText('What is in this picture?');
  await expect(chat.questions.getByRole('img')).toBeVisible();
  await expect(async () => {
    await page.reload();
    await expect(chat.lastAnswer).toContainText(/red circle/i, { timeout: 100 });
    await expect(chat.send, 'the answer has ended').toBeVisible({ timeout: 100 });
  }).toPass({ timeout: 30_000 });

  await chat.box.fill('What color is the background?');
  await chat.send.click();
  await expect(async () => {
    await page.reload();
    await expect(chat.answers).toHaveCount(2, { timeout: 100 });
    await expect(chat.lastAnswer).toContainText(/white/i, { timeout: 100 });
  }).toPass({ timeout: 30_000 });
});

test('the detail of pictures is chosen in the form, and an answer tells how it came about', async ({ page }) => {
  const chat = new Chat(page);
  const choice = chat.composer.getByRole('combobox', { name: 'Picture detail' });
  await expect(choice).toHaveValue('auto');
  await choice.selectOption('low');
  await chat.composer.locator('input[type=file]').setInputFiles(redCircle());
  await chat.box.fill('What is in this picture?');
  await chat.send.click();
  await expect(page).toHaveURL(/\/c\/[\w-]+$/);
  const details = chat.lastAnswer.getByRole('button', { name: 'Details' });
  await expect(async () => {
    await page.reload();
    await expect(details).toBeVisible({ timeout: 100 });
  }).toPass({ timeout: 30_000 });
  await details.click();
  await expect(chat.lastAnswer.getByRole('definition').filter({ hasText: 'for pictures' })).toBeInViewport();
  await expect(details).toHaveAttribute('aria-expanded', 'true');
  await details.click();
  await expect(chat.lastAnswer.getByRole('definition')).toHaveCount(0);
});

test('read a conversation and its versions', async ({ page, server }) => {
  const chat = new Chat(page);
  await chat.row('Branches').click();
  await expect(page).toHaveURL(server.conversationUrl(0));
  await expect(chat.lastAnswer).toContainText('The second answer.');
  await expect(chat.lastAnswer.locator('strong')).toHaveText('second');
  await expect(chat.lastAnswer.getByRole('button', { name: 'Copy' }), 'what needs a script is not there').toHaveCount(0);
  await control(chat.lastAnswer, 'Previous version').click();
  await expect(chat.lastAnswer).toContainText('The first answer.');
  await expect(chat.lastAnswer).toContainText('1 of 2');
  await control(chat.lastAnswer, 'Next version').click();
  await expect(chat.lastAnswer).toContainText('The second answer.');
});

test('an empty message comes back with a sentence', async ({ page, expectNetworkErrors }) => {
  expectNetworkErrors();
  const chat = new Chat(page);
  await chat.send.click();
  await expect(page.getByRole('alert')).toContainText(/\w+ \w+/);
  await chat.box.fill('Hello');
  await chat.send.click();
  await expect(chat.questions).toContainText('Hello');
});

test('a file that is no picture comes back with a sentence, and the text is kept', async ({ page, expectNetworkErrors }) => {
  expectNetworkErrors();
  const chat = new Chat(page);
  const text = 'What is <b>this</b> & "that"?</textarea>\nSecond line';
  await chat.box.fill(text);
  await chat.composer.locator('input[type=file]').setInputFiles([redCircle(), textNamedPng()]);
  await chat.send.click();
  await expect(page.getByRole('alert')).toContainText("Can't read this picture.");
  await expect(chat.box).toHaveValue(text);

  await chat.send.click();
  await expect(chat.questions).toContainText('Second line');
  await expect(chat.questions.getByRole('img'), 'the good picture was kept, too').toHaveCount(1);
});

test('an example is asked with one click', async ({ page }) => {
  const chat = new Chat(page);
  await page.getByRole('main').getByRole('button', { name: /\?$/ }).first().click();
  await expect(page).toHaveURL(/\/c\/[\w-]+$/);
  await expect(chat.questions.getByRole('img')).toBeVisible();
});

test('language and theme change with a plain form', async ({ page, server }) => {
  await page.goto(`${server.origin}/settings`);
  await page.getByLabel('Français').check();
  await page.getByLabel('Dark').check();
  await page.getByRole('main').getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'fr');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});
