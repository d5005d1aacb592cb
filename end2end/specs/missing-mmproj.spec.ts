import { Chat } from '../support/chat';
import { redCircle } from '../support/pictures';
import { expect, test } from '../support/test';

test.use({ serverOptions: { model: 'blind' } });

test('without its mmproj a model says what is missing, and reads text', async ({ page, expectNetworkErrors }) => {
  expectNetworkErrors();
  const chat = new Chat(page);
  await expect(page.getByRole('list', { name: 'Pictures to try' }), 'no pictures to try').toHaveCount(0);
  await chat.attachAll([redCircle()]);
  await chat.box.fill('What is in this picture?');
  await chat.send.click();
  await expect(page.getByRole('alert').filter({ hasText: 'mmproj' })).toBeVisible();
  await expect(chat.box, 'the text is kept').toHaveValue('What is in this picture?');
  await chat.remove(redCircle().name).click();
  await chat.send.click();
  await chat.answered();
});
