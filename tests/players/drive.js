'use strict';
// Opens a page in Chromium, does what standard input says, and tells what happened as JSON.
const puppeteer = require('puppeteer-core');
const fs = require('fs');

const asked = JSON.parse(fs.readFileSync(0, 'utf8'));
const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

/* In the page: what a medium goes through. A `waiting` within a second of playing or seeking is no stall. */
function watch(medium) {
  window.heard = { stalls: [], errors: [], begun: -Infinity };
  const begin = () => { window.heard.begun = performance.now(); };
  medium.addEventListener('play', begin);
  medium.addEventListener('seeking', begin);
  medium.addEventListener('waiting', () => {
    if (performance.now() - window.heard.begun > 1000) window.heard.stalls.push(medium.currentTime);
  });
  medium.addEventListener('error', () => window.heard.errors.push(medium.error ? medium.error.message : 'error'));
}

/* In the page: a medium of its own, played by hls.js. */
function attach(list) {
  const medium = document.createElement(document.getElementById('media').tagName);
  document.body.append(medium);
  window.medium = medium;
  const library = new window.Hls();
  library.on(window.Hls.Events.ERROR, (_, problem) => window.heard.errors.push(`${problem.details}: ${problem.reason}`));
  library.loadSource(list);
  library.attachMedia(medium);
}

function told() {
  const medium = window.medium || document.getElementById('media');
  const ranges = [...Array(medium.buffered.length).keys()];
  return {
    time: medium.currentTime, duration: medium.duration, ended: medium.ended, paused: medium.paused, source: medium.currentSrc,
    buffered: ranges.map((n) => [medium.buffered.start(n), medium.buffered.end(n)]),
    size: [medium.videoWidth, medium.videoHeight], languages: [...(medium.textTracks || [])].map((track) => track.language),
    stalls: window.heard.stalls, errors: window.heard.errors, width: document.documentElement.scrollWidth,
    current: [...document.querySelectorAll('[aria-current=true] span')].map((mark) => mark.textContent),
  };
}

const acts = {
  wait: (_, seconds) => pause(seconds),
  click: (page, where) => page.click(where),
  source: (page, uri) => page.evaluate((to) => { document.getElementById('media').src = to; }, uri),
  select: (page, where, value) => page.select(where, value),
  press: (page, key) => page.keyboard.press(key),
  play: (page) => page.evaluate(() => (window.medium || document.getElementById('media')).play()),
  seek: (page, time) => page.evaluate((to) => { (window.medium || document.getElementById('media')).currentTime = to; }, time),
  end: (page) => page.waitForFunction(() => (window.medium || document.getElementById('media')).ended, { timeout: 60000 }),
  ready: (page) => page.waitForFunction(() => (window.medium || document.getElementById('media')).readyState > 0),
  show: (page, path) => page.screenshot({ path, fullPage: true }),
};

/* In the page, before it runs: a browser that knows no HLS, as Firefox. */
function forget() {
  const real = HTMLMediaElement.prototype.canPlayType;
  HTMLMediaElement.prototype.canPlayType = function told(type) { return type.includes('mpegurl') ? '' : real.call(this, type); };
}

(async () => {
  const browser = await puppeteer.launch({
    executablePath: asked.chromium,
    args: ['--no-sandbox', '--mute-audio', '--autoplay-policy=no-user-gesture-required'],
  });
  try {
    const page = await browser.newPage();
    await page.setViewport({ width: 360, height: 800 });
    const said = [], hosts = new Set(), found = [];
    page.on('pageerror', (error) => said.push(error.message));
    page.on('console', (message) => said.push(message.text()));
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
    if (asked.without) await page.evaluateOnNewDocument(forget);
    await page.goto(asked.url);
    if (asked.library) {
      await page.evaluate(() => { document.getElementById('media').removeAttribute('src'); });
      await page.addScriptTag({ path: asked.library });
      await page.evaluate(attach, asked.list);
    }
    await page.evaluate(`(${watch})(window.medium || document.getElementById('media'))`);
    for (const [act, ...rest] of asked.acts) {
      if (act === 'tell') found.push(await page.evaluate(told));
      else await acts[act](page, ...rest);
    }
    process.stdout.write(JSON.stringify({ told: found, said, hosts: [...hosts].filter(Boolean) }));
  } finally {
    await browser.close();
  }
})().catch((error) => { process.stderr.write(String(error.stack || error)); process.exit(1); });
