// Progressive enhancement only: every page works without this file.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("scripted");

  // Dialogs: browsers that know command="show-modal" need none of this.
  if (!("command" in HTMLButtonElement.prototype)) {
    document.addEventListener("click", event => {
      const button = event.target.closest("button[commandfor]");
      if (!button) return;
      const dialog = document.getElementById(button.getAttribute("commandfor"));
      const command = button.getAttribute("command");
      if (dialog && command === "show-modal") dialog.showModal();
      if (dialog && command === "close") dialog.close();
    });
  }

  // Filters send themselves when changed; the button stays for the keyboard and for pages without script.
  document.addEventListener("change", event => {
    const form = event.target.closest("form[data-live]");
    if (form && event.target.matches("select")) form.requestSubmit();
  });

  // Cells, or groups of them, chosen for a partial approval.
  const boxes = 'input:is([name="ordinals"], [name="groups"])';
  const countChosen = () => {
    let chosen = 0;
    for (const box of document.querySelectorAll(`${boxes}:checked`)) chosen += Number(box.dataset.changes ?? 1);
    for (const element of document.querySelectorAll("[data-chosen-count]")) element.textContent = String(chosen);
    for (const button of document.querySelectorAll("[data-needs-chosen]")) button.disabled = chosen === 0;
  };
  document.addEventListener("change", event => {
    if (event.target.matches("[data-choose-all]")) {
      for (const box of document.querySelectorAll(`${boxes}:not(:disabled):not([data-named])`)) box.checked = event.target.checked;
    }
    if (event.target.matches(`${boxes}, [data-choose-all]`)) countChosen();
  });

  // A form is sent once.
  document.addEventListener("submit", event => {
    if (event.target.method !== "post" || event.defaultPrevented) return;
    const button = event.submitter;
    // After the browser has collected the form, so that the button's own value is sent.
    setTimeout(() => { if (button) button.disabled = true; }, 0);
  });
  window.addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("form[method=post] button:disabled:not([data-needs-chosen])")) button.disabled = false;
    countChosen();
  });

  // Charts
  const colour = name => getComputedStyle(root).getPropertyValue(name).trim();
  const figure = (unit, value) => {
    if (value === null || value === undefined) return "no data";
    if (unit === "ratio") return (value * 100).toFixed(1) + " %";
    if (unit === "seconds") {
      if (value < 90) return value.toFixed(0) + " s";
      if (value < 5400) return (value / 60).toFixed(0) + " min";
      if (value < 172800) return (value / 3600).toFixed(1) + " h";
      return (value / 86400).toFixed(1) + " days";
    }
    return String(value);
  };

  const optionOf = data => {
    const ink = colour("--ink-3");
    const palette = ["--chart-1", "--chart-2", "--chart-3", "--chart-4"].map(colour);
    const text = { color: ink, fontFamily: colour("--font-sans"), fontSize: 11 };
    const line = (value, label, tone, type) => ({
      yAxis: value, name: label,
      lineStyle: { color: colour(tone), type, width: 1.25 },
      label: { formatter: label, position: "insideEndTop", color: colour(tone), fontSize: 11, fontFamily: colour("--font-sans") },
    });
    const lines = [];
    if (data.target !== null && data.target !== undefined) lines.push(line(data.target, "target " + figure(data.unit, data.target), "--ink-2", "solid"));
    if (data.amber !== null && data.amber !== undefined) lines.push(line(data.amber, "watch " + figure(data.unit, data.amber), "--warn", "dashed"));
    const all = data.series.flatMap(s => s.values).concat([data.target, data.amber]).filter(v => typeof v === "number");
    // Round ends of the axis, with room for the target lines.
    const low = Math.min(...all), high = Math.max(...all);
    const rough = Math.max((high - low) / 4, high / 50, 1e-9), power = 10 ** Math.floor(Math.log10(rough));
    const hours = data.unit === "seconds" ? 3600 : null;
    const step = hours ? Math.max(1, Math.ceil(rough / hours)) * hours : power * [1, 2, 2.5, 5, 10].find(f => f * power >= rough);
    const from = data.kind === "line" && hours === null ? Math.max(0, Math.floor(low / step - 0.25) * step) : 0, to = Math.ceil(high / step + 0.25) * step;
    const short = v => data.unit === "ratio" && step >= 0.0099 ? Math.round(v * 100) + " %" : data.unit === "seconds" ? Math.round(v / 3600) + " h" : figure(data.unit, v);
    const base = {
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      animationDuration: 250,
      textStyle: text,
      color: palette,
      grid: { left: 8, right: 16, top: data.series.length > 1 ? 30 : 16, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      // Rich text, not HTML: inline styles are refused by the content security policy.
      tooltip: {
        trigger: "axis", renderMode: "richText", confine: true,
        backgroundColor: colour("--surface"), borderColor: colour("--border-strong"), textStyle: { ...text, color: colour("--ink"), fontSize: 12 },
        axisPointer: { type: data.kind === "bars" ? "none" : "line", lineStyle: { color: colour("--border-strong") } },
        valueFormatter: v => figure(data.unit, v),
      },
    };
    const values = { type: "value", axisLabel: { ...text, formatter: short }, splitLine: { lineStyle: { color: colour("--chart-grid") } } };
    const names = { type: "category", data: data.names.map(n => n.replace(/^\d{4}-(?=W)/, "")), axisLabel: text, axisTick: { show: false }, axisLine: { lineStyle: { color: colour("--border") } } };
    if (data.kind === "bars") {
      const good = colour("--good"), bad = colour("--bad");
      return {
        ...base,
        grid: { ...base.grid, right: 52, top: 20 },
        xAxis: { ...values, min: 0, max: data.unit === "ratio" ? 1 : undefined },
        yAxis: { ...names, inverse: true, axisLabel: { ...text, fontSize: 12, color: colour("--ink-2") } },
        series: [{
          type: "bar", name: data.series[0].name, barMaxWidth: 18,
          data: data.series[0].values.map(v => ({ value: v, itemStyle: { borderRadius: [0, 3, 3, 0], color: data.target === null ? palette[1] : v >= data.target ? good : bad } })),
          label: { show: true, position: "right", formatter: p => figure(data.unit, p.value), color: colour("--ink-2"), fontSize: 11 },
          markLine: { symbol: "none", silent: true, data: data.target === null ? [] : [{ xAxis: data.target, lineStyle: { color: colour("--ink-2"), type: "solid", width: 1.25 }, label: { formatter: figure(data.unit, data.target), position: "start", distance: -10, color: colour("--ink-2"), fontSize: 11, show: false } }] },
        }],
      };
    }
    return {
      ...base,
      legend: data.series.length > 1 ? { top: 0, right: 8, textStyle: text, itemWidth: 12, itemHeight: 8, icon: "roundRect" } : undefined,
      xAxis: { ...names, boundaryGap: false },
      yAxis: { ...values, min: from, max: data.unit === "ratio" ? Math.min(1, to) : to, interval: step },
      series: data.series.map((s, i) => ({
        type: "line", name: s.name, data: s.values, symbol: "circle", symbolSize: 6, showSymbol: s.values.length < 20, connectNulls: true,
        lineStyle: { width: 2 }, areaStyle: i === 0 && data.series.length === 1 ? { opacity: 0.07 } : undefined,
        markLine: i === 0 ? { symbol: "none", silent: true, data: lines } : undefined,
      })),
    };
  };

  const drawCharts = () => {
    if (!window.echarts) return;
    for (const element of document.querySelectorAll(".chart[data-source]")) {
      const data = JSON.parse(document.getElementById(element.dataset.source).textContent);
      const chart = window.echarts.getInstanceByDom(element) ?? window.echarts.init(element, null, { renderer: "canvas" });
      chart.setOption(optionOf(data), true);
      if (!element.dataset.drawn) {
        element.dataset.drawn = "true";
        new ResizeObserver(() => chart.resize()).observe(element);
      }
    }
  };

  document.addEventListener("DOMContentLoaded", () => { drawCharts(); countChosen(); });
  document.addEventListener("htmx:afterSwap", countChosen);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawCharts);
})();
