/* SPDX-License-Identifier: MIT */
/* Asks every two seconds, and draws what has changed. */

const ASK_MS = 2000;
const charts = CHARTS.map(([title, format, series, isLog]) => new Chart(title, format, series, isLog));
let timer = null, lastAt = null, queueShown = null;

/* The queue of the address: #q=NAME. With one queue only it is that one. */
function chosen() {
  const match = /^#q=(.+)$/.exec(location.hash);
  try { return match ? decodeURIComponent(match[1]) : null; } catch (error) { return null; }
}

function health(all) {
  const pill = document.getElementById("health"), n = all.health.reasons.length;
  pill.className = "pill " + (all.health.ok ? "good" : "bad");
  pill.textContent = all.health.ok ? "healthy" : n === 1 ? "1 problem" : n + " problems";
}

function show(all) {
  const one = all.queue, numbers = one ? all.queues.find((q) => q.name === one.name) || all.totals : all.totals;
  const lonely = all.queues.length === 1 && one !== null && chosen() === null;
  const listed = one ? numbers.findings.map((f) => ({queue: one.name, ...f})) : all.queues.flatMap((q) => q.findings.map((f) => ({queue: q.name, ...f})));

  document.title = (all.health.ok ? "" : "! ") + (one ? one.name + " · " : "") + "skep";
  document.getElementById("where").textContent = all.server.address + (one && !lonely ? " · " + one.name : "");
  health(all);
  draw("findings", [all.server.findings, all.server.error, listed], () => findings(all.server.findings.concat(listed,
    all.server.up ? [] : [{finding: "unread", severity: "bad", words: all.server.error || "Redis cannot be read", help: "numbers are those of the last reading; `skep doctor` says what is wrong"}])));
  draw("tiles", numbers, () => tiles(numbers));
  draw("charts", 0, () => charts.map((chart) => chart.element));
  charts.forEach((chart) => chart.feed(one ? one.history : all.history));
  draw("queues", [one ? one.name : null, all.queues, all.n_left_out], () => one ? (lonely ? [] : [h("a", {href: "#"}, "← all queues")]) : queues(all.queues, all.n_left_out));
  draw("detail", one ? [one.jobs, one.causes, one.kernels, one.slots] : null, () => one ? detail(one) : []);
  draw("foot", all.server, () => [["skep " + all.skep, all.server.version ? "Redis " + all.server.version : null,
    all.server.used_bytes !== null ? bytes(all.server.used_bytes) + (all.server.max_bytes > 0 ? " of " + bytes(all.server.max_bytes) : "") : null,
    all.server.fsync ? "append-only file, " + all.server.fsync : all.server.aof === false ? "no append-only file" : null,
    "read in " + duration(all.server.read_s)].filter((word) => word).join(" · ")].map((text) => h("span", null, text)));
}

async function ask() {
  clearTimeout(timer);
  const queue = chosen() || queueShown;
  try {
    const answer = await fetch("/api/overview.json" + (queue ? "?queue=" + encodeURIComponent(queue) : ""), {cache: "no-store", signal: AbortSignal.timeout(5000)});
    const all = await answer.json();
    queueShown = chosen() === null && all.queues.length === 1 ? all.queues[0].name : null;
    lastAt = Date.now();
    document.body.classList.remove("stale");
    show(all);
    if (queueShown !== null && queue === null) { ask(); return; }
  } catch (error) {
    document.body.classList.add("stale");
    const pill = document.getElementById("health");
    pill.className = "pill bad";
    pill.textContent = "no answer" + (lastAt === null ? "" : " for " + duration((Date.now() - lastAt) / 1000));
  }
  timer = setTimeout(ask, document.hidden ? 5 * ASK_MS : ASK_MS);
}

window.addEventListener("hashchange", ask);
document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
ask();
