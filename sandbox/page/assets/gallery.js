// The gallery: what each script of conversations shows, Arabic beside French, drawn by the code that draws the chats.

import * as api from './api.js';
import { replyRows } from './composer.js';
import { element } from './dom.js';
import { messageNode } from './message.js';
import { currentLanguage, label, loadWords, say, setLanguage, word } from './words.js';

const noon = 946724400; // every message was sent at this time
const mostOpen = 80; // screens that a search opens by itself
const pause = 150; // after a key, before the search

// still is a phone on which nothing can be done.
const still = {
  me: -1,
  bot: { name: 'Hanout', username: '' },
  fileURL: () => '/assets/picture.svg',
  senderOf: () => null,
  nameOf: () => 'Hanout',
  answerButton: () => null,
  press() {}, copy() {}, sendText() {}, openLink() {}, addToGroup() {}, showMessage() {}, showPicture() {}, toast() {}, scan() {},
};

class Gallery {
  constructor(chapters) {
    this.chapters = chapters.map((c) => new Chapter(c));
    this.field = document.querySelector('.search input');
    this.found = document.querySelector('.search output');
    document.querySelector('.chapters').append(...this.chapters.map((c) => c.node));
    this.field.addEventListener('input', () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.search(), pause);
    });
    for (const node of document.querySelectorAll('[data-language]')) {
      node.addEventListener('click', () => this.speak(node.dataset.language));
    }
    addEventListener('hashchange', () => this.openNamed());
    this.speak(currentLanguage());
    this.search();
    this.openNamed();
  }

  speak(language) {
    setLanguage(language);
    document.title = `Hanout · ${say('gallery.title')}`;
    for (const node of document.querySelectorAll('[data-language]')) {
      node.setAttribute('aria-pressed', String(node.dataset.language === language));
    }
  }

  // search shows the screens that have all the words that are written.
  search() {
    const words = simple(this.field.value).split(' ').filter(Boolean);
    const count = this.chapters.reduce((sum, c) => sum + c.keep(words), 0);
    this.found.textContent = count;
    for (const c of this.chapters) c.node.open = words.length > 0 && count <= mostOpen && c.kept.length > 0;
  }

  // openNamed opens the chapter that the address names.
  openNamed() {
    const chapter = this.chapters.find((c) => `#${c.node.id}` === location.hash);
    if (!chapter) return;
    chapter.node.open = true;
    chapter.node.scrollIntoView();
  }
}

class Chapter {
  constructor({ name, about, screens }) {
    this.scenes = screens.map((s) => ({ ...s, text: simple([name, about, s.line, ...Object.values(s.in).flatMap(allWords)].join(' ')) }));
    this.count = element('small');
    const text = element('span', '', about);
    text.lang = 'en';
    this.node = element('details', 'chapter', element('summary', '', element('b', '', name), text, this.count));
    this.node.id = name;
    this.node.addEventListener('toggle', () => this.draw());
  }

  // keep leaves the scenes that have all words, and tells how many they are.
  keep(words) {
    this.kept = this.scenes.filter((s) => words.every((w) => s.text.includes(w)));
    this.count.textContent = this.kept.length;
    this.node.hidden = this.kept.length === 0;
    this.drawn = false;
    if (this.node.open) this.draw();
    return this.kept.length;
  }

  draw() {
    if (!this.node.open || this.drawn) return;
    this.drawn = true;
    while (this.node.children.length > 1) this.node.lastChild.remove();
    this.node.append(...this.kept.map(sceneNode));
  }
}

// simple is a text as it is searched: without signs of direction, in small letters, with ordinary spaces.
function simple(text) {
  return text.replace(/[\u200e\u200f\u2066-\u2069]/g, '').replace(/\s+/g, ' ').toLowerCase();
}

function allWords(seen) {
  const keys = [...(seen.markup?.inline_keyboard ?? []), ...(seen.markup?.keyboard ?? [])].flat();
  return [seen.text ?? '', ...keys.map((k) => k.text)];
}

function sceneNode(scene) {
  const done = element('span', '', scene.line);
  done.dir = 'auto';
  const head = element('h3', '', done);
  if (scene.who) head.append(element('small', '', `→ ${scene.who}`));
  head.lang = 'en';
  return element('section', 'scene', head, element('div', 'pair', cell(scene.in.ar, 'ar', 'rtl'), cell(scene.in.fr, 'fr', 'ltr')));
}

// cell is a piece of a chat on a phone of 360 pixels.
function cell(seen, language, direction) {
  const node = element('div', 'screen cell', seen ? drawing(seen) : null);
  node.lang = language;
  node.dir = direction;
  node.dataset.cell = language;
  for (const key of node.querySelectorAll('button, a, [tabindex]')) {
    key.tabIndex = -1;
    key.removeAttribute('href');
  }
  return node;
}

function drawing(seen) {
  if (seen.notice === 'toast') return line(element('div', 'toast', seen.text));
  if (seen.notice) {
    const ok = word(element('span'), 'alert.ok');
    const texts = seen.text.split('\n').map((text) => line(element('p', '', text)));
    return element('div', 'window alert', ...texts, element('div', 'answers', element('button', '', ok)));
  }
  const out = document.createDocumentFragment();
  out.append(element('ol', 'log', messageNode(message(seen), still, false)));
  if (seen.markup?.keyboard) out.append(element('div', 'reply-keyboard', ...replyRows(seen.markup.keyboard, () => {})));
  return out;
}

function line(node) {
  node.dir = 'auto';
  return node;
}

// message is what was seen as the chat's own code knows it.
function message(seen) {
  return {
    message_id: 0,
    date: noon,
    text: seen.text ?? '',
    entities: seen.entities,
    reply_markup: seen.markup,
    has_protected_content: seen.protected,
    reply_to_message: seen.quote ? { text: seen.quote } : undefined,
    photo: seen.photo ? [{ file_id: '', width: seen.photo[0], height: seen.photo[1] }] : undefined,
    document: seen.document ? { file_id: '', file_name: seen.document } : undefined,
  };
}

await loadWords();
new Gallery(await api.gallery());
