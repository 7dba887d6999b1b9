// The page's own words in Arabic, French and English. A node made by word, label or placeholder remembers its key, so
// that a change of language reaches it.

import { avatar, initial } from './dom.js';

const languages = ['ar', 'fr', 'en'];
const locales = { ar: 'ar-DZ-u-nu-latn', fr: 'fr-FR', en: 'en-GB' };
let words = {};
let language = 'fr';

export async function loadWords() {
  const answer = await fetch('/assets/words.json');
  words = await answer.json();
  setLanguage(chosenLanguage());
}

function chosenLanguage() {
  const wishes = [localStorage.getItem('language'), ...navigator.languages];
  return wishes.map((tag) => (tag ?? '').slice(0, 2)).find((tag) => languages.includes(tag)) ?? 'fr';
}

// setLanguage changes the page's language and direction and remembers them.
export function setLanguage(tag) {
  language = tag;
  localStorage.setItem('language', tag);
  document.documentElement.lang = tag;
  document.documentElement.dir = tag === 'ar' ? 'rtl' : 'ltr';
  translate(document.body);
}

function translate(root) {
  for (const node of root.querySelectorAll('[data-word]')) node.textContent = say(node.dataset.word);
  for (const node of root.querySelectorAll('[data-names]')) named(node, JSON.parse(node.dataset.names));
  for (const node of root.querySelectorAll('[data-word-label]')) label(node, node.dataset.wordLabel);
  for (const node of root.querySelectorAll('[data-word-placeholder]')) placeholder(node, node.dataset.wordPlaceholder);
}

export function currentLanguage() {
  return language;
}

// say gives the words of a key.
export function say(key) {
  return words[key]?.[language] ?? key;
}

// choose takes the current language out of a text given in several.
export function choose(texts) {
  return texts[language] ?? texts.fr ?? '';
}

// word fills a node with the words of a key.
export function word(node, key) {
  node.dataset.word = key;
  node.textContent = say(key);
  return node;
}

// named fills a node with a text that comes in several languages.
export function named(node, texts) {
  node.dataset.names = JSON.stringify(texts);
  node.textContent = choose(texts);
  return node;
}

// discOf is the disc with a person's first letter, in the language of the page.
export function discOf({ name, names, role }) {
  return named(avatar(name, role), Object.fromEntries(Object.entries(names).map(([tag, text]) => [tag, initial(text)])));
}

// label names a node that shows a sign only.
export function label(node, key) {
  node.dataset.wordLabel = key;
  node.setAttribute('aria-label', say(key));
  if (node.tagName === 'BUTTON') node.title = say(key);
  return node;
}

// placeholder fills an empty field; without a key it shows the bot's own text.
export function placeholder(node, key, text) {
  if (text) {
    delete node.dataset.wordPlaceholder;
    node.placeholder = text;
    return;
  }
  node.dataset.wordPlaceholder = key;
  node.placeholder = say(key);
}

// algiers is a Unix time as the clock of Algiers has it, an hour ahead of UTC all year, in the UTC fields of a date: the
// bot's texts tell the same.
function algiers(seconds) {
  return new Date((seconds + 3600) * 1000);
}

// clock gives the hour and minute of a Unix time in Algiers.
export function clock(seconds) {
  return algiers(seconds).toISOString().slice(11, 16);
}

// day names the day of a Unix time in Algiers.
export function day(seconds) {
  const at = algiers(seconds);
  const date = (d) => d.toISOString().slice(0, 10);
  const now = Date.now() / 1000;
  if (date(at) === date(algiers(now))) return say('chat.today');
  if (date(at) === date(algiers(now - 86400))) return say('chat.yesterday');
  return new Intl.DateTimeFormat(locales[language], { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }).format(at);
}

// size gives a number of bytes in the unit that reads best.
export function size(bytes) {
  const [amount, unit] = bytes < 1024 ? [bytes, 'byte'] : bytes < 1 << 20 ? [bytes / 1024, 'kilobyte'] : [bytes / (1 << 20), 'megabyte'];
  return new Intl.NumberFormat(locales[language], { style: 'unit', unit, maximumFractionDigits: 1 }).format(amount);
}
