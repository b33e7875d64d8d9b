// Draws a city's vector tiles on a Leaflet map: how streets, water, houses and their names look at every zoom.
// Loads nothing but the file it is given. Colours are the tokens of ronda.css, in light and in dark.
(function () {
  "use strict";

  var LAST_DATA_ZOOM = 14;
  var ORDER = ["path", "track", "service", "minor", "tertiary", "secondary", "primary", "trunk", "motorway"];
  // The width of a street in pixels at some zooms; between them it grows as the map does.
  var WIDTHS = {
    motorway: [[6, 0.6], [10, 1.8], [13, 4], [15, 8], [17, 16], [19, 34]],
    trunk: [[6, 0.5], [10, 1.6], [13, 3.6], [15, 7.5], [17, 15], [19, 32]],
    primary: [[8, 0.6], [11, 1.6], [13, 3], [15, 7], [17, 14], [19, 30]],
    secondary: [[10, 0.7], [12, 1.5], [14, 3.2], [15, 6], [17, 13], [19, 28]],
    tertiary: [[11, 0.6], [13, 1.6], [14, 2.6], [15, 5], [17, 12], [19, 26]],
    minor: [[12, 0.4], [13, 0.9], [14, 1.7], [15, 3.4], [16, 6], [17, 10], [19, 24]],
    service: [[14, 0.6], [15, 1.4], [16, 3], [17, 5], [19, 12]],
    track: [[13, 0.5], [15, 1], [17, 2], [19, 4]],
    path: [[14, 0.5], [16, 1.1], [19, 2.4]]
  };
  var MAIN = { motorway: true, trunk: true, primary: true };
  // The zoom of the map from which a street is named.
  var NAMED = { motorway: 13, trunk: 13, primary: 13, secondary: 14, tertiary: 14 };

  function tokens() {
    var style = window.getComputedStyle(document.documentElement);
    return function (name) { return style.getPropertyValue("--map-" + name).trim() || "#888888"; };
  }

  function grown(stops, more) {
    var width = protomapsL.exp(1.5, stops);
    return function (zoom) { return width(zoom) + (more || 0); };
  }

  function of(kind) {
    return function (zoom, feature) { return feature.props["class"] === kind; };
  }

  function area(layer, kind, fill, from) {
    return {
      dataLayer: layer,
      minzoom: from || 0,
      filter: kind ? of(kind) : undefined,
      symbolizer: new protomapsL.PolygonSymbolizer({ fill: fill })
    };
  }

  function line(layer, kind, color, stops, more, from, dash) {
    return {
      dataLayer: layer,
      minzoom: from || 0,
      filter: of(kind),
      symbolizer: new protomapsL.LineSymbolizer({
        color: color, width: grown(stops, more), lineCap: dash ? "butt" : "round", lineJoin: "round", dash: dash
      })
    };
  }

  function paint(token) {
    var rules = [
      area("data", "", token("ground")),
      area("landuse", "industry", token("industry"), 12),
      area("landuse", "civic", token("civic"), 13),
      area("landuse", "wood", token("wood")),
      area("landuse", "green", token("green"), 11),
      area("landuse", "cemetery", token("green"), 13),
      area("landuse", "pitch", token("wood"), 14),
      area("water", "", token("water")),
      line("waterways", "river", token("water"), [[9, 0.8], [13, 2], [16, 6], [19, 20]]),
      line("waterways", "stream", token("water"), [[13, 0.6], [16, 1.6], [19, 5]], 0, 14)
    ];
    rules.push({
      dataLayer: "buildings",
      minzoom: 14,
      symbolizer: new protomapsL.PolygonSymbolizer({
        fill: token("building"),
        stroke: token("building-edge"),
        width: function (zoom) { return zoom >= 16 ? 0.8 : 0; }
      })
    });
    rules.push(line("roads", "rail", token("rail"), [[12, 0.6], [15, 1.2], [19, 3]], 0, 13, [5, 3]));
    ORDER.forEach(function (kind) {
      if (kind === "path" || kind === "track") { return; }
      var edge = token(MAIN[kind] ? "main-edge" : "casing");
      rules.push(line("roads", kind, edge, WIDTHS[kind], 1.4, MAIN[kind] ? 11 : kind === "service" ? 16 : 14));
    });
    ORDER.forEach(function (kind) {
      if (kind === "path" || kind === "track") {
        rules.push(line("roads", kind, token("path"), WIDTHS[kind], 0, kind === "path" ? 15 : 14, [4, 3]));
      } else {
        rules.push(line("roads", kind, token(MAIN[kind] ? "main" : "street"), WIDTHS[kind]));
      }
    });
    return rules;
  }

  function font(weight, stops) {
    var size = protomapsL.linear(stops);
    return function (zoom) { return weight + " " + size(zoom).toFixed(1) + "px system-ui, 'Noto Sans', sans-serif"; };
  }

  function street(token, kind) {
    return {
      dataLayer: "roads",
      minzoom: NAMED[kind] || 15,
      filter: of(kind),
      symbolizer: new protomapsL.LineLabelSymbolizer({
        font: font(MAIN[kind] ? 600 : 500, [[13, 10.5], [16, 11.5], [18, 13.5]]),
        fill: token("label"),
        stroke: token("halo"),
        width: 3,
        position: 2,
        repeatDistance: 320
      })
    };
  }

  function place(token, kinds, from, until, weight, stops) {
    return {
      dataLayer: "places",
      minzoom: from,
      maxzoom: until,
      filter: function (zoom, feature) { return kinds.indexOf(feature.props["class"]) >= 0; },
      symbolizer: new protomapsL.CenteredTextSymbolizer({
        font: font(weight, stops), fill: token("place"), stroke: token("halo"), width: 3, lineHeight: 1.3
      })
    };
  }

  function name(token) {
    var rules = [
      place(token, ["city"], 7, 13, 700, [[7, 12], [12, 17]]),
      place(token, ["town"], 9, 14, 700, [[9, 11], [13, 15]]),
      place(token, ["village", "borough"], 12, 16, 600, [[12, 11], [15, 13]]),
      place(token, ["suburb", "quarter"], 13, 16, 600, [[13, 11], [16, 13]]),
      place(token, ["neighbourhood", "hamlet"], 14, 17, 600, [[14, 10], [17, 12]])
    ];
    ORDER.slice().reverse().forEach(function (kind) {
      if (kind !== "service" && kind !== "path") { rules.push(street(token, kind)); }
    });
    rules.push({
      dataLayer: "waterways",
      minzoom: 13,
      filter: of("river"),
      symbolizer: new protomapsL.LineLabelSymbolizer({
        font: font("italic 500", [[13, 11], [17, 13]]), fill: token("water-label"), stroke: token("halo"), width: 2
      })
    });
    rules.push({
      dataLayer: "landmarks",
      minzoom: 16,
      symbolizer: new protomapsL.CenteredTextSymbolizer({
        font: font("italic 500", [[16, 10.5], [18, 12]]), fill: token("door"), stroke: token("halo"), width: 2.5,
        lineHeight: 1.3
      })
    });
    rules.push({
      dataLayer: "doors",
      minzoom: 18,
      symbolizer: new protomapsL.CenteredTextSymbolizer({
        font: font(500, [[18, 9.5], [19, 11]]), fill: token("door"), stroke: token("halo"), width: 2
      })
    });
    return rules;
  }

  function escaped(text) {
    return String(text || "").replace(/[&<>"]/g, function (mark) { return "&#" + mark.charCodeAt(0) + ";"; });
  }

  // An archive of the few tiles a saved page carries: "zoom/column/row" → the packed tile in base64.
  function carried(tiles) {
    return {
      getZxy: function (zoom, column, row) {
        var packed = tiles[zoom + "/" + column + "/" + row];
        if (!packed) { return Promise.resolve(undefined); }
        var bytes = Uint8Array.from(atob(packed), function (mark) { return mark.charCodeAt(0); });
        var plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
        return new Response(plain).arrayBuffer().then(function (data) { return { data: data }; });
      }
    };
  }

  // `city`: url of a .pmtiles or its `tiles`, bounds [west, south, east, north], attribution.
  function streets(map, city) {
    var token = tokens();
    var layer = protomapsL.leafletLayer({
      url: city.tiles ? carried(city.tiles) : city.url,
      maxDataZoom: LAST_DATA_ZOOM,
      maxZoom: 19,
      tileDelay: 1,
      attribution: escaped(city.attribution),
      bounds: city.bounds && [[city.bounds[1], city.bounds[0]], [city.bounds[3], city.bounds[2]]],
      backgroundColor: token("outside"),
      paintRules: paint(token),
      labelRules: name(token)
    });
    var box = map.getContainer();
    box.classList.add("has-streets");
    layer.on("loading", function () { box.removeAttribute("data-painted"); });
    layer.on("load", function () { box.setAttribute("data-painted", String(Math.round(performance.now()))); });
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function () {
      var now = tokens();
      layer.backgroundColor = now("outside");
      layer.paintRules = paint(now);
      layer.labelRules = name(now);
      layer.clearLayout();
      layer.redraw();
    });
    layer.addTo(map);
    window.Ronda.map = map;
    return layer;
  }

  window.Ronda = window.Ronda || {};
  window.Ronda.streets = streets;
})();
