// The page stands without this: timers go on from the moment of the report, tables are searched, sorted and leafed through.
(() => {
  "use strict";
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (tag, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };

  // Time. In a sandbox the engine's clock is ahead of this machine's; it goes on as this machine's does.
  const began = Date.parse(document.body.dataset.now);
  const written = Date.parse(document.body.dataset.written);
  const passed = () => Math.max(0, Date.now() - written);
  const now = () => began + passed();
  const UNITS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const spoken = (milliseconds) => {
    const seconds = Math.max(0, Math.round(milliseconds / 1000));
    const at = UNITS.findIndex(([, size]) => seconds >= size);
    if (at < 0) return "0 s";
    const [unit, size] = UNITS[at];
    const [below, part] = UNITS[at + 1] ?? ["", 1];
    const rest = Math.floor((seconds % size) / part);
    return `${Math.floor(seconds / size)} ${unit}` + (rest ? ` ${rest} ${below}` : "");
  };
  const relative = (moment) => (moment > now() ? `in ${spoken(moment - now())}` : `${spoken(now() - moment)} ago`);

  const tick = () => {
    const age = passed();
    for (const each of all(".aged")) each.textContent = age > 60000 ? `, ${spoken(age)} ago` : "";
    for (const each of all("time.ago")) each.title = relative(Date.parse(each.dateTime));
    for (const each of all("td.is-span small")) each.textContent = relative(Date.parse(each.previousElementSibling.dateTime));
    for (const each of all(".bake")) {
      const whole = Number(each.dataset.bake);
      const left = (Date.parse(each.dataset.done) - now()) / 1000;
      all("progress", each)[0].value = whole - Math.min(whole, Math.max(0, left));
      all(".left", each)[0].textContent = left > 0 ? `${spoken(left * 1000)} left of ${spoken(whole * 1000)}` : "long enough";
    }
  };

  // The theme.
  const root = document.documentElement;
  for (const choice of all('input[name="theme"]')) {
    choice.checked = choice.value === (root.dataset.theme ?? "system");
    choice.addEventListener("change", () => {
      if (choice.value === "system") delete root.dataset.theme;
      else root.dataset.theme = choice.value;
      try {
        localStorage.setItem("slipway-theme", choice.value);
      } catch {
        // Then it lasts as long as the page.
      }
    });
  }

  // Tables. Rows are those of the page, or come from its data when somebody first asks for others.
  const NUMBERS = new Set(["number", "money"]);
  const collator = new Intl.Collator("en", { numeric: true });
  const compare = (one, other) => (typeof one === "number" && typeof other === "number" ? one - other : collator.compare(one, other));

  const fromPage = (body, kinds) => {
    const rows = [...body.rows];
    const value = (row, column) => {
      const cell = rows[row].cells[column];
      const text = cell.querySelector("time")?.dateTime ?? cell.textContent;
      return NUMBERS.has(kinds[column]) ? Number(text.replace(/[$,]/g, "") || -1) : text;
    };
    const show = (order, from, to) => {
      order.forEach((row, at) => rows[row].classList.toggle("later", at < from || at >= to));
      body.replaceChildren(...order.map((row) => rows[row]));
    };
    return { count: rows.length, value, show };
  };

  const fromData = (body, data, names) => {
    const { columns, tones } = data;
    const read = columns.map((column) => (column.of ? (row) => column.of[column.at[row]] : (row) => column.all[row]));
    const value = (row, column) => read[column](row) ?? "";
    const content = (kind, found) => {
      if (kind === "words" || kind === "long") return make("bdi", {}, found);
      if (kind === "code") return make("code", {}, found);
      if (kind === "time") return make("time", { dateTime: found }, found.slice(0, 16).replace("T", " "));
      if (kind === "badge") return make("span", { className: `badge ${tones[found] ?? ""}`.trim() }, found);
      return typeof found === "number" ? found.toLocaleString("en") : found;
    };
    const cell = (row, { kind }, column) => {
      const found = value(row, column);
      const made = make(column ? "td" : "th", { className: `is-${kind}` }, found === "" ? "" : content(kind, found));
      if (column) made.dataset.name = names[column];
      else made.scope = "row";
      return made;
    };
    const line = (row) => make("tr", {}, ...columns.map((column, at) => cell(row, column, at)));
    const show = (order, from, to) => body.replaceChildren(...order.slice(from, to).map(line));
    return { count: (columns[0].at ?? columns[0].all).length, value, show };
  };

  const narrow = matchMedia("(max-width: 640px)").matches;
  const enhance = (block) => {
    const table = block.querySelector("table");
    const heads = all("thead th", table);
    const kinds = heads.map((head) => head.dataset.kind);
    const names = heads.map((head) => head.textContent);
    const size = Math.min(Number(block.dataset.page), narrow ? 10 : Infinity);
    const controls = block.querySelector(".controls");
    const status = controls?.querySelector('[role="status"]');
    const turns = controls ? all("[data-turn]", controls) : [];
    const search = controls?.querySelector("input");
    const choices = controls ? all("select", controls) : [];
    let source, texts, order, page = 0, sorted = null;

    const ready = () => {
      if (source) return;
      const island = block.querySelector(":scope > script");
      const body = table.tBodies[0];
      source = island ? fromData(body, JSON.parse(island.textContent), names) : fromPage(body, kinds);
      order = Array.from({ length: source.count }, (_, row) => row);
    };
    const text = (row) => {
      texts ??= [];
      return (texts[row] ??= kinds.map((_, column) => source.value(row, column)).join(" ").toLowerCase());
    };
    const show = () => {
      const pages = Math.max(1, Math.ceil(order.length / size));
      page = Math.min(Math.max(0, page), pages - 1);
      const from = page * size, to = Math.min(order.length, from + size);
      source.show(order, from, to);
      block.querySelector(".rest")?.remove();
      tick();
      if (!status) return;
      const first = order.length ? from + 1 : 0;
      status.textContent = `${first.toLocaleString("en")} to ${to.toLocaleString("en")} of ${order.length.toLocaleString("en")}`;
      for (const turn of turns) turn.setAttribute("aria-disabled", Number(turn.dataset.turn) < 0 ? page === 0 : page === pages - 1);
    };
    const choose = () => {
      ready();
      const wanted = (search?.value ?? "").toLowerCase().split(/\s+/).filter(Boolean);
      const exact = choices.filter((choice) => choice.value).map((choice) => [Number(choice.dataset.column), choice.value]);
      order = [];
      for (let row = 0; row < source.count; row++) {
        if (exact.every(([column, value]) => source.value(row, column) === value) && wanted.every((word) => text(row).includes(word))) order.push(row);
      }
      if (sorted) {
        const keys = order.map((row) => [row, source.value(row, sorted.column)]);
        keys.sort(([, one], [, other]) => sorted.direction * compare(one, other));
        order = keys.map(([row]) => row);
      }
      page = 0;
      show();
    };

    if (narrow) {
      [...table.tBodies[0].rows].forEach((row, at) => row.classList.toggle("later", at >= size));
      if (status) status.textContent = status.textContent.replace(/to [\d,]+/, `to ${Math.min(size, block.dataset.count)}`);
    }
    let waiting;
    search?.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(choose, 80);
    });
    for (const choice of choices) choice.addEventListener("change", choose);
    for (const turn of turns) {
      turn.setAttribute("aria-disabled", Number(turn.dataset.turn) < 0);
      turn.addEventListener("click", () => {
        if (turn.getAttribute("aria-disabled") === "true") return;
        ready();
        page += Number(turn.dataset.turn);
        show();
      });
    }
    if (narrow || Number(block.dataset.count) < 2) return;
    heads.forEach((head, column) => {
      const button = make("button", { type: "button", className: "sort" }, head.textContent);
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        sorted = { column, direction: sorted?.column === column ? -sorted.direction : 1 };
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", sorted.direction > 0 ? "ascending" : "descending");
        choose();
      });
    });
  };

  // On a narrow screen what is now is at the right of the timeline.
  for (const each of all("figure .scroll")) each.scrollLeft = each.scrollWidth;

  all(".data").forEach(enhance);
  tick();
  setInterval(tick, 1000);
  addEventListener("beforeprint", () => all("details").forEach((each) => (each.open = true)));
})();
