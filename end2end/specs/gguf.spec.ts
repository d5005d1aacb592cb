import { Chat } from '../support/chat';
import { redCircle } from '../support/pictures';
import { expect, test } from '../support/test';

test.use({ serverOptions: { model: 'quantised' } });

test('a GGUF file with its mmproj beside it sees pictures', async ({ page }) => {
  const chat = new Chat(page);
  await chat.attachAll([redCircle()]);
  await chat.ask('What is in this picture?');
  await chat.answered(/red circle/i);
  await expect(chat.questions.getByRole('img')).toHaveCount(1);
});
