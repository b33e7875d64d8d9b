// Draws the table of a page with Chart.js, in the page's own colours. Without scripts the table is there.
(function () {
  "use strict";
  if (!window.Chart) { return; }
  var TONES = ["--accent", "--no_encontrado", "--agendada", "--promesa", "--visitada", "--negativa", "--pendiente"];
  var BY_AGE = ["--visitada", "--agendada", "--promesa", "--no_encontrado", "--negativa", "--detenida", "--pendiente"];
  var DASHES = [[], [6, 4], [2, 3], [10, 4, 2, 4]];
  var style = window.getComputedStyle(document.documentElement);
  function tone(name) { return style.getPropertyValue(name).trim(); }
  function read(table) {
    var labels = [], lines = {}, order = [];
    table.querySelectorAll("tr[data-label]").forEach(function (row) {
      labels.push(row.getAttribute("data-label"));
      row.querySelectorAll("td[data-line]").forEach(function (cell) {
        var name = cell.getAttribute("data-line"), value = cell.getAttribute("data-value");
        if (!lines[name]) { lines[name] = []; order.push(name); }
        lines[name].push(value === "" ? null : Number(value));
      });
    });
    return { labels: labels, lines: lines, order: order };
  }
  function draw(figure) {
    var table = document.getElementById(figure.getAttribute("data-table"));
    if (!table) { return; }
    var stacked = figure.getAttribute("data-chart") === "stack";
    var share = table.getAttribute("data-share") === "1";
    var told = read(table), only = figure.getAttribute("data-only");
    if (only) { told.order = told.order.filter(function (name) { return name === only; }); }
    var box = document.createElement("div");
    box.className = "chart-box";
    var canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", only || (table.querySelector("caption") || figure).textContent.trim());
    box.appendChild(canvas);
    figure.insertBefore(box, figure.firstChild);
    function ticks(reckoned) {
      var made = { color: tone("--ink-soft") };
      if (reckoned) { made.callback = said; }
      return made;
    }
    function said(value) {
      return share ? (value * 100).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 }) + " %"
        : value.toLocaleString(document.documentElement.lang);
    }
    new window.Chart(canvas, {
      type: stacked ? "bar" : "line",
      data: {
        labels: told.labels,
        datasets: told.order.map(function (name, at) {
          var tones = stacked ? BY_AGE : TONES, colour = tone(tones[at % tones.length]);
          return {
            label: name, data: told.lines[name], borderColor: colour, backgroundColor: colour,
            borderDash: stacked ? [] : DASHES[at % DASHES.length], pointStyle: ["circle", "rect", "triangle", "star"][at % 4],
            pointRadius: 4, tension: 0, spanGaps: false
          };
        })
      },
      options: {
        responsive: true, maintainAspectRatio: false, animation: false, indexAxis: stacked ? "y" : "x",
        color: tone("--ink"),
        scales: {
          x: { stacked: stacked, ticks: ticks(stacked), grid: { color: tone("--line") }, max: stacked && share ? 1 : undefined },
          y: { stacked: stacked, beginAtZero: true, ticks: ticks(!stacked), grid: { color: tone("--line") } }
        },
        plugins: {
          legend: { display: told.order.length > 1, labels: { color: tone("--ink"), usePointStyle: !stacked } },
          tooltip: { callbacks: { label: function (one) { return one.dataset.label + ": " + said(stacked ? one.parsed.x : one.parsed.y); } } }
        }
      }
    });
  }
  document.querySelectorAll("figure[data-chart]").forEach(draw);
})();
