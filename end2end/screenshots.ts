import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { Chat } from './support/chat';
import { redCircle } from './support/pictures';
import { open, test } from './support/test';

const FOLDER = resolve(__dirname, '../docs/pictures');
const PHONE = { width: 390, height: 780 };

const SHAPES = `The picture shows **three shapes** on a white background:

| Shape | Colour | Place |
|-------|--------|-------|
| Circle | red | left |
| Star | blue | top right |
| Triangle | green | bottom |`;

const CODE = `Count them like this:

\`\`\`rust
let red = shapes.iter().filter(|shape| shape.colour == Colour::Red).count();
\`\`\`

A circle of radius $r$ covers $\\pi r^2$.`;

test.use({
  serverOptions: {
    seed: [
      { title: 'Homework: geometry, page 12', messages: [{ role: 'user', text: 'What is a prism?' }, { role: 'assistant', text: 'A solid with two equal ends.' }] },
      { title: 'Reading a shop sign', messages: [{ role: 'user', text: 'What does it say?' }, { role: 'assistant', text: 'It says "OPEN".' }] },
      {
        title: 'Three shapes on white',
        messages: [
          { role: 'user', text: 'What do you see, and where?' },
          { role: 'assistant', text: SHAPES },
          { role: 'user', text: 'How do I count the red ones, and how large are they?' },
          { role: 'assistant', text: CODE },
        ],
      },
    ],
  },
});

test.beforeAll(() => void mkdirSync(FOLDER, { recursive: true }));
const file = (name: string) => ({ path: join(FOLDER, `${name}.png`), animations: 'disabled' as const });

test('empty', async ({ page }) => {
  await page.screenshot(file('empty'));
});

test('conversation', async ({ page }) => {
  const chat = new Chat(page);
  await chat.attachAll([redCircle()]);
  await chat.ask('What is in this picture?');
  await chat.answered(/red circle/i);
  await chat.ask('What color is the background?');
  await chat.answered(/white/i);
  await page.mouse.move(0, 0);
  await page.screenshot(file('conversation'));
});

test('dark', async ({ visitor, server }) => {
  const { page } = await visitor({ colorScheme: 'dark', viewport: { width: 1280, height: 860 } });
  await open(page, server.conversationUrl(2));
  await page.screenshot(file('dark'));
});

test('phone', async ({ visitor, server }) => {
  const { page } = await visitor({ viewport: PHONE, deviceScaleFactor: 2 });
  await open(page, server.conversationUrl(2));
  await page.screenshot(file('phone'));
});

test('drop', async ({ page }) => {
  await new Chat(page).drag([redCircle()], async () => {
    await page.screenshot(file('drop'));
  });
});
