// The side panel: what to try, and what to break.

import * as api from './api.js';
import { button, element, icon } from './dom.js';
import { choose, label, word } from './words.js';

// Panel fills its node. The page gives it fill, for a hint that is chosen, and togglePanel.
export class Panel {
  constructor(node, hints, page) {
    this.node = node;
    this.hints = hints;
    this.page = page;
    this.state = { faults: [], speed: 1, speeds: [] };
    this.draw();
  }

  async sync() {
    this.show(await api.faults());
  }

  // show takes the faults and the speed as the server has them.
  show(state) {
    this.state = state;
    this.draw();
    const on = state.faults.filter((f) => f.on).length;
    const count = document.querySelector('.open-panel .count');
    count.hidden = on === 0;
    count.textContent = on;
  }

  draw() {
    const focus = document.activeElement?.dataset.control;
    const close = label(button('close', () => this.page.togglePanel(), icon('close')), 'panel.close');
    this.node.replaceChildren(close, this.hintCard(), this.faultCard());
    if (focus) this.node.querySelector(`[data-control="${focus}"]`)?.focus({ preventScroll: true });
  }

  hintCard() {
    return element('section', 'card', word(element('h2'), 'panel.try'), element('ul', 'hints', ...this.hints.map((hint) => {
      const text = element('span', '', choose(hint.text));
      text.dir = 'auto';
      const said = choose(hint.said ?? {}) || hint.send;
      const send = element('code', '', said);
      send.dir = 'ltr';
      const node = button('hint', () => this.page.fill(hint.role, said), element('i', `dot ${hint.role}`), send, text);
      label(node, 'panel.fill');
      node.setAttribute('aria-label', `${said}: ${choose(hint.text)}`);
      delete node.dataset.wordLabel;
      return element('li', '', node);
    })));
  }

  faultCard() {
    const calm = button('calm', () => this.change(api.allWell()),
      word(element('b'), 'panel.calm'), word(element('small'), 'panel.calm.why'));
    calm.dataset.control = 'calm';
    return element('section', 'card', word(element('h2'), 'panel.break'), calm,
      word(element('h3'), 'panel.provider'), this.faultList('provider'), this.speeds(),
      word(element('h3'), 'panel.telegram'), this.faultList('telegram'));
  }

  faultList(side) {
    return element('ul', 'faults', ...this.state.faults.filter((f) => f.side === side).map((f) => {
      const node = button('fault', () => this.change(api.setFault(f.name, !f.on)),
        element('span', '', word(element('b'), `fault.${f.name}`), word(element('small'), `fault.${f.name}.why`)),
        element('i', 'knob'));
      node.setAttribute('role', 'switch');
      node.setAttribute('aria-checked', String(f.on));
      node.dataset.control = f.name;
      return element('li', '', node);
    }));
  }

  speeds() {
    const group = element('div', 'speeds', ...this.state.speeds.map((factor) => {
      const node = button('', () => this.change(api.setSpeed(factor)), `×${factor}`);
      node.setAttribute('aria-pressed', String(factor === this.state.speed));
      node.dataset.control = `speed-${factor}`;
      return node;
    }));
    group.setAttribute('role', 'group');
    return element('div', 'speed', word(element('b'), 'panel.speed'), label(group, 'panel.speed'),
      word(element('small'), 'panel.speed.why'));
  }

  async change(request) {
    try {
      this.show(await request);
    } catch {
      await this.sync();
    }
  }
}
