/* SPDX-License-Identifier: MIT */
/* The parts of the page: each takes what the server said and gives elements. */

const WORST = {bad: 0, warning: 1, note: 2};

function findings(list) {
  if (list.length === 0) return [];
  const sorted = list.slice().sort((a, b) => WORST[a.severity] - WORST[b.severity]);
  return [h("div", {class: "card"}, ...sorted.slice(0, 30).map((one) =>
    h("p", {class: "finding " + (one.severity in WORST ? one.severity : "note")},
      h("b", null, (one.queue ? cut(one.queue, 64) + ": " : "") + one.finding), cut(one.words, 300), h("span", null, one.help || ""))),
  sorted.length > 30 ? h("p", {class: "none"}, "and " + (sorted.length - 30) + " more") : null)];
}

function tile(name, value, below, isBad) {
  return h("div", {class: "tile" + (isBad ? " bad" : "")}, h("dl", {style: "margin:0"}, h("dt", null, name), h("dd", null, value)), h("p", null, below));
}

function tiles(n) {
  const failing = isKnown(n.failed_per_s) && n.failed_per_s > 0;
  return [
    tile("left to do", count(n.left), n.oldest_s === null ? count(n.waiting) + " records wait" : "oldest waits " + duration(n.oldest_s)),
    tile("done", rate(n.out_per_s), count(n.done_total) + " since ever"),
    tile("ready in", n.left === 0 ? "idle" : duration(n.eta_s), "in " + rate(n.in_per_s)),
    tile("slots busy", n.busy + " of " + n.slots, n.workers + (n.workers === 1 ? " worker on " : " workers on ") + n.hosts + (n.hosts === 1 ? " host" : " hosts")),
    tile("failures", rate(n.failed_per_s), count(n.dead) + (n.dead === 1 ? " dead letter" : " dead letters"), failing),
    tile("results", count(n.results), "to be collected"),
    tile("memory", bytes(n.memory_bytes), "of all slots"),
    tile("last cycle", duration(n.cycle_age_s), n.held + " held, " + count(n.delayed) + " delayed" + (n.suspect > 0 ? ", " + n.suspect + " suspect" : "")),
  ];
}

const CHARTS = [
  ["Depth", count, [
    {label: "left", color: "var(--blue)", area: true, of: (history) => history.left},
    {label: "held", color: "var(--violet)", of: (history) => history.held},
    {label: "results", color: "var(--amber)", of: (history) => history.results}]],
  ["Throughput", rate, [
    {label: "done", color: "var(--green)", area: true, of: (history) => history.out_per_s},
    {label: "in", color: "var(--blue)", of: (history) => history.in_per_s},
    {label: "failed", color: "var(--red)", of: (history) => history.failed_per_s}]],
  ["Time of a task", duration, [
    {label: "median", color: "var(--green)", of: (history) => history.p50_s},
    {label: "95 %", color: "var(--amber)", of: (history) => history.p95_s},
    {label: "99 %", color: "var(--red)", of: (history) => history.p99_s}], true],
  ["Slots", count, [
    {label: "there", color: "var(--amber)", of: (history) => history.slots},
    {label: "busy", color: "var(--blue)", area: true, of: (history) => history.busy}]],
];

/* One word of state, coloured by the worst finding. */
function state(queue) {
  const bad = queue.findings.some((one) => one.severity === "bad"), warning = queue.findings.some((one) => one.severity === "warning");
  return h("span", {class: "pill " + (bad ? "bad" : warning ? "warning" : queue.state === "running" ? "good" : "")}, queue.state);
}

function queues(list, nLeftOut) {
  if (list.length === 0) return [h("div", {class: "card"}, h("p", {class: "none"}, "No queues yet: `skep push -q NAME tasks.jsonl` makes one."))];
  const columns = [
    ["queue", "name", (q) => h("a", {href: "#q=" + encodeURIComponent(q.name), title: q.name}, q.name)], ["", "", state],
    ["left", "n", (q) => count(q.left)], ["done", "n", (q) => rate(q.out_per_s)], ["ready in", "n", (q) => q.left === 0 ? "" : duration(q.eta_s)],
    ["busy", "n", (q) => q.busy + "/" + q.slots], ["dead", "n", (q) => count(q.dead)], ["results", "n less", (q) => count(q.results)], ["oldest", "n less", (q) => duration(q.oldest_s)]];
  return [h("div", {class: "card"}, h("h2", null, "Queues", h("small", null, list.length + (nLeftOut > 0 ? " of " + (list.length + nLeftOut) + ": --max-queues" : ""))), table(columns, list.slice(0, 500)),
    list.length > 500 ? h("p", {class: "none"}, "and " + (list.length - 500) + " more") : null)];
}

function jobs(detail) {
  const rows = detail.jobs.slice(0, 40).map((job) => {
    const total = job.total > 0 ? job.total : 1, failed = job.failed + job.cancelled;
    return h("div", {class: "row"}, h("span", {title: cut(job.job, 256)}, cut(job.job, 60)),
      h("span", {class: "bar", role: "progressbar", "aria-valuemin": "0", "aria-valuemax": job.total, "aria-valuenow": job.over, "aria-label": cut(job.job, 60)},
        h("span", {style: "width:" + Math.min(100, 100 * job.over / total) + "%"}), h("span", {class: "fail", style: "width:" + Math.min(100, 100 * failed / total) + "%"})),
      h("span", null, count(job.over) + " of " + count(job.total) + " " + job.state + (job.failed > 0 ? ", " + count(job.failed) + " failed" : "") + (job.held_up ? ", held up" : "")));
  });
  return h("div", {class: "card wide"}, h("h2", null, "Jobs", h("small", null, detail.n_jobs > rows.length ? rows.length + " of " + detail.n_jobs : "")),
    ...(rows.length > 0 ? rows : [h("p", {class: "none"}, "No job has a name here.")]));
}

function causes(detail) {
  const most = Math.max(1, ...detail.causes.map((one) => one.n));
  return h("div", {class: "card"}, h("h2", null, "Failures by cause", h("small", null, "attempts since ever (and lately)")),
    ...(detail.causes.length === 0 ? [h("p", {class: "none"}, "None.")] : detail.causes.map((one) => h("div", {class: "row"}, h("span", null, one.cause),
      h("span", {class: "bar"}, h("span", {class: "fail", style: "width:" + 100 * one.n / most + "%"})), h("span", null, count(one.n) + " (" + count(one.recent) + ")")))));
}

function kernels(detail) {
  return h("div", {class: "card"}, h("h2", null, "Kernels"), detail.kernels.length === 0 ? h("p", {class: "none"}, "Nothing has run yet.") : table([
    ["kernel", "name", (k) => cut(k.kernel, 40)], ["done", "n", (k) => count(k.done)], ["failed", "n", (k) => count(k.failed)],
    ["mean", "n", (k) => duration(k.mean_s)], ["median", "n less", (k) => duration(k.p50_s)], ["99 %", "n", (k) => duration(k.p99_s)]], detail.kernels));
}

/* What a slot does, in words. */
function slotWords(slot) {
  if (!slot.known) return cut(slot.worker, 80) + " has told nothing yet";
  const task = slot.running;
  const name = task === null ? "" : ": " + [cut(task.kernel, 40), task.job !== null ? "job " + cut(task.job, 60) : null,
    task.index !== null ? "index " + task.index : cut(task.id, 60)].filter((word) => word).join(", ");
  return "slot " + slot.slot + ", process " + slot.pid + ": " + (slot.state === "T" ? "stopped" : slot.busy ? "busy" : "idle") + name +
    (task !== null ? ", for " + duration(task.for_s) + (task.until_s !== null ? " of " + duration(task.until_s) : "") : "") + ", " +
    rate(slot.tasks_per_s) + ", " + bytes(slot.pss_bytes === null ? slot.rss_bytes : slot.pss_bytes) + ", last cycle " + duration(slot.cycle_age_s) + " ago";
}

function slotKind(slot) {
  return !slot.known ? "unknown" : slot.state === "T" || slot.state === "Z" ? "bad" : slot.busy ? "busy" : "";
}

function workers(detail) {
  const said = h("p", {class: "said"}, "Point at a slot to see what it does."), hosts = new Map();
  for (const slot of detail.slots) {
    const host = slot.known ? cut(slot.host, 80) : "not known yet";
    hosts.set(host, (hosts.get(host) || []).concat([slot]));
  }
  const square = (slot) => {
    const button = h("button", {type: "button", class: "slot " + slotKind(slot), "aria-label": slotWords(slot)});
    for (const event of ["pointerenter", "focus"]) button.addEventListener(event, () => { said.textContent = slotWords(slot); });
    return button;
  };
  const group = ([host, slots]) => {
    const sum = (of) => slots.reduce((total, slot) => total + (of(slot) || 0), 0), versions = [...new Set(slots.map((slot) => slot.version).filter((v) => v))];
    return h("div", {class: "host"}, h("h3", null, host + " ", h("small", null, sum((slot) => slot.busy) + " of " + slots.length + " busy, " +
      rate(sum((slot) => slot.tasks_per_s)) + ", " + bytes(sum((slot) => slot.pss_bytes === null ? slot.rss_bytes : slot.pss_bytes)) + (versions.length > 0 ? ", skep " + cut(versions.join(" and "), 40) : ""))),
    h("div", {class: "slots"}, ...slots.map(square)));
  };
  return h("div", {class: "card wide"}, h("h2", null, "Workers", h("small", null, detail.n_slots > detail.slots.length ? detail.slots.length + " of " + detail.n_slots + " slots" : "")),
    ...(hosts.size === 0 ? [h("p", {class: "none"}, "Nobody works here: start `skep-worker` with this server and queue.")] : [...[...hosts].map(group), said]));
}

function detail(one) {
  return [h("div", {class: "grid2"}, jobs(one), causes(one), kernels(one), workers(one))];
}
