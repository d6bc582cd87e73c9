// A headless Chromium driven over the DevTools protocol, through pipes: no further package is needed.
"use strict";
const { spawn } = require("child_process");
const fs = require("fs");
const os = require("os");
const path = require("path");

const PATIENCE = 60000; // ms until something that hangs is given up

/** Chromium of this machine, or null. */
function chromium() {
  const folders = (process.env.PATH || "").split(":");
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    for (const folder of folders) if (fs.existsSync(path.join(folder, name))) return path.join(folder, name);
  }
  return null;
}

class Browser {
  constructor(program) {
    this.profile = fs.mkdtempSync(path.join(os.tmpdir(), "einsight-browser-"));
    this.process = spawn(program, ["--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
      "--hide-scrollbars", "--no-first-run", "--disable-extensions", "--disable-background-networking", "--force-color-profile=srgb",
      `--user-data-dir=${this.profile}`, "about:blank"], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    this.next = 1;
    this.waiting = new Map();
    this.listeners = [];
    let rest = "";
    this.process.stdio[4].on("data", (chunk) => {
      rest += chunk;
      for (let end = rest.indexOf("\0"); end >= 0; end = rest.indexOf("\0")) {
        this.receive(JSON.parse(rest.slice(0, end)));
        rest = rest.slice(end + 1);
      }
    });
    this.process.on("exit", () => {
      for (const { reject } of this.waiting.values()) reject(new Error("the browser has ended"));
    });
  }

  static async start(program) {
    const browser = new Browser(program);
    await browser.send("Browser.getVersion");
    return browser;
  }

  receive(message) {
    const asked = this.waiting.get(message.id);
    if (!asked) return this.listeners.forEach((listener) => listener(message));
    this.waiting.delete(message.id);
    clearTimeout(asked.timer);
    if (message.error) asked.reject(new Error(`${asked.method}: ${message.error.message}`));
    else asked.resolve(message.result);
  }

  send(method, params = {}, sessionId = undefined) {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${method} is not answered`)), PATIENCE);
      this.waiting.set(id, { resolve, reject, method, timer });
      this.process.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + "\0");
    });
  }

  /** A page on which every request but for its own file is refused and remembered. */
  async page(size = { width: 1280, height: 900 }, colours = "light") {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page(this, sessionId, targetId);
    await page.send("Page.enable");
    await page.send("Runtime.enable");
    await page.send("Log.enable");
    await page.send("Fetch.enable", { patterns: [{ urlPattern: "*" }] });
    await page.send("Emulation.setDeviceMetricsOverride", { ...size, deviceScaleFactor: 1, mobile: false });
    await page.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: colours }] });
    return page;
  }

  async close() {
    const ended = new Promise((resolve) => this.process.on("exit", resolve));
    await this.send("Browser.close").catch(() => this.process.kill());
    await ended;
    fs.rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

class Page {
  constructor(browser, sessionId, targetId) {
    Object.assign(this, { browser, sessionId, targetId, errors: [], requests: [], file: null });
    browser.listeners.push((message) => message.sessionId === sessionId && this.event(message));
  }

  send(method, params) { return this.browser.send(method, params, this.sessionId); }

  event({ method, params }) {
    if (method === "Runtime.exceptionThrown") this.errors.push(params.exceptionDetails.exception?.description || params.exceptionDetails.text);
    if (method === "Runtime.consoleAPICalled" && ["error", "warning", "assert"].includes(params.type)) this.errors.push(params.args.map((each) => each.value ?? each.description).join(" "));
    if (method === "Log.entryAdded" && ["error", "warning"].includes(params.entry.level)) this.errors.push(params.entry.text);
    if (method === "Fetch.requestPaused") {
      const own = params.request.url === this.file;
      if (!own) this.requests.push(params.request.url);
      this.send(own ? "Fetch.continueRequest" : "Fetch.failRequest", own ? { requestId: params.requestId } : { requestId: params.requestId, errorReason: "BlockedByClient" }).catch(() => {});
    }
  }

  /** Opens a file and waits until everything is drawn; the milliseconds that took. */
  async open(file) {
    this.file = `file://${path.resolve(file)}`;
    const began = Date.now();
    await this.send("Page.navigate", { url: this.file });
    await this.until("document.documentElement?.dataset.ready === 'yes'");
    return Date.now() - began;
  }

  /** The value of an expression, awaited. */
  async value(expression) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.exception?.description || exceptionDetails.text}`);
    return result.value;
  }

  async until(condition) {
    for (const began = Date.now(); !(await this.value(`Boolean(${condition})`)); ) {
      if (Date.now() - began > PATIENCE) throw new Error(`never: ${condition}; ${this.errors.join("; ")}`);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  async hover(x, y) {
    await this.send("Input.dispatchMouseEvent", { type: "mouseMoved", x: x - 3, y: y - 3 });
    await this.send("Input.dispatchMouseEvent", { type: "mouseMoved", x, y });
  }

  async drag(from, to) {
    await this.send("Input.dispatchMouseEvent", { type: "mousePressed", ...from, button: "left", clickCount: 1 });
    for (const part of [0.3, 0.7, 1]) {
      await this.send("Input.dispatchMouseEvent", { type: "mouseMoved", x: from.x + part * (to.x - from.x), y: from.y + part * (to.y - from.y), button: "left", buttons: 1 });
    }
    await this.send("Input.dispatchMouseEvent", { type: "mouseReleased", ...to, button: "left", clickCount: 1 });
  }

  /** The whole page as a picture. */
  async screenshot(file) {
    const { cssContentSize } = await this.send("Page.getLayoutMetrics");
    const clip = { x: 0, y: 0, width: cssContentSize.width, height: Math.min(cssContentSize.height, 16000), scale: 1 };
    const { data } = await this.send("Page.captureScreenshot", { format: "png", captureBeyondViewport: true, clip });
    fs.writeFileSync(file, Buffer.from(data, "base64"));
  }

  close() { return this.browser.send("Target.closeTarget", { targetId: this.targetId }); }
}

module.exports = { Browser, chromium };
