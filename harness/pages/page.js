// Shows the fields of what is pointed at, tapped or focused. Without it every mark still has its
// title, and can be focused.
(() => {
  const events = JSON.parse(document.getElementById('events').textContent);
  const panel = document.getElementById('fields');
  const marks = (svg) => [...svg.querySelectorAll('.mark')];
  let now = [];

  const element = (name, text, parent) => {
    const made = document.createElement(name);
    made.textContent = text;
    parent.append(made);
    return made;
  };

  const fields = (event, parent) => {
    const list = element('dl', '', parent);
    for (const [key, value] of Object.entries(event)) {
      const isTime = key === 't_ns';
      element('dt', isTime ? 'time' : key === 'n' ? 'event' : key, list);
      element('dd', isTime ? `${(value / 1e6).toFixed(3)} ms` :
        typeof value === 'object' ? JSON.stringify(value) : String(value), list);
    }
  };

  const show = (thing) => {
    const numbers = thing.dataset.n.split(' ').filter((n) => n in events);
    panel.replaceChildren();
    element('strong', thing.querySelector('title').textContent, panel);
    const box = element('div', '', panel);
    box.className = 'events';
    numbers.forEach((n) => fields(events[n], box));
    if (numbers.length === 2 && events[numbers[1]].entered !== undefined) {
      const took = events[numbers[1]].t_ns - events[numbers[0]].t_ns;
      element('div', `in the kernel for ${(took / 1e6).toFixed(3)} ms`, panel);
    }
    panel.hidden = false;
    now.forEach((mark) => mark.classList.remove('now'));
    now = [...document.querySelectorAll(`.mark[data-n="${thing.dataset.n}"]`)];
    now.forEach((mark) => mark.classList.add('now'));
  };

  const hide = () => {
    panel.hidden = true;
    now.forEach((mark) => mark.classList.remove('now'));
  };

  const find = (event) => event.target.closest('[data-n]');

  // one mark of a ladder is in the order of Tab; the arrows go to the others
  const goTo = (svg, mark) => {
    marks(svg).forEach((other) => other.setAttribute('tabindex', other === mark ? '0' : '-1'));
    mark.focus({ preventScroll: true });
    const box = mark.querySelector('text').getBoundingClientRect(); // a call may be higher than all
    if (box.top < 20 || box.bottom > innerHeight * 0.55) {
      scrollBy({ top: box.top - innerHeight * 0.3 });
    }
  };

  document.querySelectorAll('.wide > svg, .narrow > svg').forEach((svg) => {
    const all = marks(svg);
    all.forEach((mark, i) => mark.setAttribute('tabindex', i ? '-1' : '0'));
    svg.addEventListener('pointerover', (event) => find(event) && show(find(event)));
    svg.addEventListener('click', (event) => find(event) && show(find(event)));
    svg.addEventListener('focusin', (event) => find(event) && show(find(event)));
    svg.addEventListener('keydown', (event) => {
      const at = all.indexOf(find(event));
      const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1,
        Home: 0, End: all.length - 1 }[event.key];
      if (to !== undefined && all[to]) {
        goTo(svg, all[to]);
        event.preventDefault();
      }
    });
  });
  document.addEventListener('keydown', (event) => event.key === 'Escape' && hide());
  document.addEventListener('click', (event) => find(event) || panel.contains(event.target) || hide());
})();
