import { Chat, control } from '../support/chat';
import { expect, open, reload, test } from '../support/test';

const MARKDOWN = 'Some **bold** words.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```rust\nfn main() {}\n```';

test.use({
  serverOptions: {
    model: 'endless',
    answerTokens: 4000,
    seed: [
      { title: 'Markdown', messages: [{ role: 'user', text: 'Show me\na table.' }, { role: 'assistant', text: MARKDOWN }] },
      { title: 'Long', messages: [{ role: 'user', text: 'First' }, { role: 'assistant', text: 'One.' }, { role: 'user', text: 'Second' }, { role: 'assistant', text: 'Two.' }] },
    ],
  },
});

test('an answer grows before the eyes and ends at Stop', async ({ page }) => {
  const chat = new Chat(page);
  await chat.ask('Tell me everything.');
  const early = await chat.growing(20);
  await expect(chat.stop).toBeVisible();
  await expect(chat.send).toBeHidden();
  const later = await chat.growing(early.length + 100);
  expect(later.startsWith(early)).toBe(true);

  await chat.stop.click();
  await chat.answered();
  const stopped = await chat.growing(later.length - 1);
  expect(stopped.startsWith(later)).toBe(true);
  await reload(page);
  expect(await chat.growing(later.length - 1), 'nothing was added or lost').toBe(stopped);
});

test('one can write while an answer is made', async ({ page }) => {
  const chat = new Chat(page);
  await chat.ask('Go on for a while.');
  await chat.growing(20);
  await chat.box.pressSequentially('The next question', { delay: 5 });
  await expect(chat.box).toHaveValue('The next question');
  await chat.stop.click();
  await chat.answered();
  await expect(chat.box).toHaveValue('The next question');
});

test('regenerating adds a version and keeps the first', async ({ page }) => {
  const chat = new Chat(page);
  await chat.ask('Once more, please.');
  await chat.growing(50);
  await chat.stop.click();
  await chat.answered();
  const first = await chat.growing(50);

  await chat.lastAnswer.getByRole('button', { name: 'Regenerate' }).click();
  await expect(chat.lastAnswer).toContainText('2 of 2');
  await chat.growing(50);
  await chat.stop.click();
  await chat.answered();
  const second = await chat.growing(50);
  expect(second).not.toBe(first);
  await expect(chat.answers).toHaveCount(1);

  await control(chat.lastAnswer, 'Previous version').click();
  await expect(chat.lastAnswer).toContainText('1 of 2');
  expect(await chat.growing(50)).toBe(first);
  await reload(page);
  await expect(chat.lastAnswer, 'the version that was looked at is still there').toContainText('1 of 2');
  await control(chat.lastAnswer, 'Next version').click();
  await expect(chat.lastAnswer).toContainText('2 of 2');
  expect(await chat.growing(50)).toBe(second);
});

test('editing a question makes a branch and loses nothing', async ({ page, server }) => {
  const chat = new Chat(page);
  await open(page, server.conversationUrl(1));
  const question = chat.questions.first();
  await question.getByRole('button', { name: 'Edit' }).click();
  const field = page.getByRole('textbox', { name: 'Edit message' });
  await expect(field).toBeFocused();
  await expect(field).toHaveValue('First');
  await field.fill('First, but better');
  await field.press('Enter');
  await expect(chat.questions).toHaveCount(1);
  await expect(chat.questions.first()).toContainText('First, but better');
  await expect(chat.questions.first()).toContainText('2 of 2');
  await chat.growing(20);
  await chat.stop.click();
  await chat.answered();

  await control(chat.questions.first(), 'Previous version').click();
  await expect(chat.questions.first()).toContainText('1 of 2');
  await expect(chat.answers).toHaveText([/One\./, /Two\./]);
  await control(chat.questions.first(), 'Next version').click();
  await expect(chat.questions.first()).toContainText('First, but better');
  await expect(chat.answers).toHaveCount(1);
});

test('an edit can be given up', async ({ page, server }) => {
  const chat = new Chat(page);
  await open(page, server.conversationUrl(0));
  await chat.questions.first().getByRole('button', { name: 'Edit' }).click();
  const field = page.getByRole('textbox', { name: 'Edit message' });
  await field.fill('Something else');
  await field.press('Escape');
  await expect(field).toHaveCount(0);
  await expect(chat.questions.first()).toContainText('a table.');
});

test('copy gives the text as it was written', async ({ page, server }) => {
  const chat = new Chat(page);
  await open(page, server.conversationUrl(0));
  expect(await chat.copy(chat.answers.first())).toBe(MARKDOWN);
  expect(await chat.copy(chat.questions.first())).toBe('Show me\na table.');
});
