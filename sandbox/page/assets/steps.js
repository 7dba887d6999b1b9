// The strip of numbered steps for a first visitor. What is done is ticked off; the first that is not, is shown large.

import * as api from './api.js';
import { button, element, icon } from './dom.js';
import { choose, label, word } from './words.js';

const pause = 400; // after a change, before the steps are asked for again

// Steps fills its node. The page gives it fill, which shows a phone and puts a text into its field.
export class Steps {
  constructor(node, page) {
    this.node = node;
    this.page = page;
    this.list = [];
    this.closed = false;
  }

  async sync() {
    this.list = await api.steps();
    this.draw();
  }

  // changed asks for the steps again, once for many changes.
  changed() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.sync().catch(() => {}), pause);
  }

  draw() {
    this.node.hidden = this.closed || this.list.length === 0;
    const now = this.list.findIndex((step) => !step.done);
    const items = this.list.map((step, i) => this.item(step, i, i === now));
    if (now < 0) items.push(word(element('li', 'over'), 'steps.over'));
    const close = label(button('close', () => this.close(), icon('close')), 'steps.close');
    this.node.replaceChildren(element('ol', '', ...items), close);
  }

  item(step, i, now) {
    const text = element('span', 'what', choose(step.text));
    text.dir = 'auto';
    const sign = element('b', `number ${step.role}`, step.done ? '✓' : String(i + 1));
    const node = button(`step ${step.done ? 'done' : ''} ${now ? 'now' : ''}`, () => this.page.fill(step.role, choose(step.said ?? {}) || step.send || ''),
      sign, element('span', 'who', word(element('small'), `role.${step.role}`), text));
    if (step.done) node.append(word(element('span', 'off-screen'), 'steps.done'));
    const item = element('li', now ? 'now' : '', node);
    if (now) item.setAttribute('aria-current', 'step');
    return item;
  }

  close() {
    this.closed = true;
    this.draw();
  }
}
