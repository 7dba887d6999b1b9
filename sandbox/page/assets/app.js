// The page: the phones side by side, or one at a time behind tabs where there is no room.

import * as api from './api.js';
import { button, element, icon } from './dom.js';
import { GroupChat } from './group.js';
import { Panel } from './panel.js';
import { Phone } from './phone.js';
import { Steps } from './steps.js';
import { currentLanguage, loadWords, setLanguage, word } from './words.js';

const narrow = matchMedia('(max-width: 899px)');

class Page {
  constructor({ bot, people, group, hints }) {
    this.phones = people.map((person) => new Phone(person, bot, this));
    if (group) this.phones.push(this.group = new GroupChat(group, bot, this, { members: people }));
    document.querySelector('.phones').append(...this.phones.map((p) => p.node));
    this.panel = new Panel(document.querySelector('#panel'), hints, this);
    this.steps = new Steps(document.querySelector('.steps'), this);
    this.buildTabs();
    this.buildTop();
    this.show(String(people[0]?.id ?? ''));
    narrow.addEventListener('change', () => this.show(this.shown));
  }

  buildTabs() {
    const nav = document.querySelector('.tabs');
    this.tabs = this.phones.map((p) => this.tab(String(p.id), p.node.id, p.disc(),
      word(element('span'), `role.${p.person.role}`), element('b', 'badge')));
    this.tabs.push(this.tab('panel', 'panel', icon('tools'), word(element('span', 'off-screen'), 'panel.open')));
    nav.append(...this.tabs);
    nav.addEventListener('keydown', (e) => {
      const rtl = document.documentElement.dir === 'rtl';
      const step = { ArrowRight: rtl ? -1 : 1, ArrowLeft: rtl ? 1 : -1 }[e.key];
      if (!step) return;
      const at = this.tabs.findIndex((t) => t.dataset.tab === this.shown);
      const next = this.tabs[(at + step + this.tabs.length) % this.tabs.length];
      this.show(next.dataset.tab);
      next.focus();
    });
  }

  tab(name, controls, ...children) {
    const node = button('tab', () => this.show(name), ...children);
    node.dataset.tab = name;
    node.setAttribute('role', 'tab');
    node.setAttribute('aria-controls', controls);
    return node;
  }

  buildTop() {
    document.querySelector('.open-panel').addEventListener('click', () => this.togglePanel());
    for (const node of document.querySelectorAll('[data-language]')) {
      node.addEventListener('click', () => this.speak(node.dataset.language));
    }
    this.speak(currentLanguage());
  }

  // togglePanel opens or closes the panel where it lies over the phones.
  togglePanel() {
    const open = document.body.classList.toggle('panel-open');
    const opener = document.querySelector('.open-panel');
    opener.setAttribute('aria-expanded', String(open));
    if (open) document.querySelector('#panel .close').focus();
    else opener.focus();
  }

  speak(language) {
    setLanguage(language);
    for (const node of document.querySelectorAll('[data-language]')) {
      node.setAttribute('aria-pressed', String(node.dataset.language === language));
    }
    for (const phone of this.phones) phone.draw();
    this.panel.draw();
    this.steps.draw();
  }

  // show brings a phone or the panel to the front; it matters where not all have room.
  show(name) {
    this.shown = name;
    for (const tab of this.tabs) {
      const chosen = tab.dataset.tab === name;
      tab.setAttribute('aria-selected', String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
    document.body.classList.toggle('panel-shown', name === 'panel');
    for (const phone of this.phones) {
      phone.node.classList.toggle('shown', String(phone.id) === name);
      if (String(phone.id) === name) phone.node.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      if (this.sees(phone) && phone.follows) phone.goToEnd();
    }
  }

  // sees tells whether a phone is in view.
  sees(phone) {
    return !narrow.matches || String(phone.id) === this.shown;
  }

  showUnread(phone) {
    const tab = this.tabs?.find((t) => t.dataset.tab === String(phone.id));
    if (tab) tab.querySelector('.badge').textContent = phone.unread || '';
  }

  // people are the phones of persons.
  people() {
    return this.phones.filter((p) => p !== this.group);
  }

  phoneOf(role) {
    return this.phones.find((p) => p.person.role === role) ?? this.phones[0];
  }

  // fill shows a phone and puts a text into its field, if there is one to put.
  fill(role, text) {
    const phone = this.phoneOf(role);
    if (phone === this.group) phone.open();
    this.show(String(phone.id));
    if (text) phone.composer.fill(text);
    else phone.goToEnd();
  }

  // startAs opens the bot with a payload as somebody, and shows that phone.
  startAs(id, payload) {
    const phone = this.phones.find((p) => p.id === id);
    this.show(String(id));
    phone.start(payload);
  }

  // addToGroup brings the bot into the group as somebody, and shows the group.
  addToGroup(id, payload) {
    this.group.speak(id);
    this.group.addBot(payload);
    this.show(String(this.group.id));
  }

  listen() {
    const offline = document.querySelector('.offline');
    const sync = () => Promise.all([...this.phones.map((p) => p.sync()), this.panel.sync(), this.steps.sync()]);
    api.events({
      ready: () => {
        offline.hidden = true;
        sync();
      },
      change: (change) => {
        this.steps.changed();
        if (change.kind === 'commands') sync();
        else this.phones.find((p) => p.id === change.chat)?.apply(change);
      },
      panel: (state) => this.panel.show(state),
      lost: () => {
        offline.hidden = false;
      },
    });
  }
}

await loadWords();
new Page(await api.people()).listen();
