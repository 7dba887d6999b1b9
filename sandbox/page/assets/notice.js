// What covers a phone's screen for a moment: toasts that pass, and windows that wait for an answer.

import { button, element } from './dom.js';
import { label, word } from './words.js';

const toastTime = 4000;

// showToast shows a short notice on a screen; it goes by itself.
export function showToast(screen, text) {
  screen.querySelector('.toast')?.remove();
  const node = element('div', 'toast', text);
  node.dir = 'auto';
  screen.querySelector('.toasts').append(node);
  setTimeout(() => node.remove(), toastTime);
}

// ask shows a window over a screen and waits for one of its answers. Each of the answers is {value, key} or
// {value, node}; the first gets the focus, Escape gives null. Windows of one screen come one after another.
export function ask(screen, window) {
  const before = waiting.get(screen) ?? Promise.resolve();
  const answer = before.then(() => open(screen, window));
  waiting.set(screen, answer);
  return answer;
}

const waiting = new WeakMap();

function open(screen, { kind, title, text, answers }) {
  return new Promise((resolve) => {
    const last = document.activeElement;
    const behind = screen.querySelector('.chat');
    const close = (value) => {
      cover.remove();
      behind.inert = false;
      if (screen.contains(last)) last.focus({ preventScroll: true });
      resolve(value);
    };
    const box = element('div', `window ${kind}`, title && word(element('h2'), title));
    if (text?.key) box.append(word(element('p'), text.key));
    else if (text) for (const line of text.split('\n')) box.append(paragraph(line));
    box.append(element('div', 'answers', ...answers.map((a) =>
      button(a.value === null ? 'quiet' : '', () => close(a.value), a.node ?? word(element('span'), a.key)))));
    box.setAttribute('role', 'alertdialog');
    box.setAttribute('aria-modal', 'true');
    const cover = element('div', 'cover', box);
    cover.addEventListener('keydown', (e) => e.key === 'Escape' && close(null));
    behind.inert = true;
    screen.append(cover);
    box.querySelector('button').focus({ preventScroll: true });
  });
}

function paragraph(text) {
  const node = element('p', '', text);
  node.dir = 'auto';
  return node;
}

// showPicture opens a picture over the whole page.
export function showPicture(source, description) {
  const dialog = document.querySelector('dialog.picture');
  const image = element('img');
  image.src = source;
  image.alt = description;
  dialog.replaceChildren(label(button('', () => dialog.close(), image), 'photo.close'));
  dialog.showModal();
}

// copyText puts a text on the clipboard, by the old way where the new one is refused.
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = element('textarea', 'off-screen');
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand('copy');
    field.remove();
  }
}
