"""The page that plays a release: its HTML with places to fill, its style and its script.

Sources: HTML Living Standard, "Media elements"; W3C Media Session Standard; WCAG 2.2 (contrast, focus, names of controls); the
attributes of hls.js from its own API.md, "First step". The page is written for browsers of 2020 and later.
"""

from __future__ import annotations

PAGE = """\
<!doctype html>
<html lang="{{language}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<meta http-equiv="Content-Security-Policy" content="{{policy}}">
<title>{{title}} - {{artist}}</title>
<style>
{{style}}</style>
</head>
<body>
<main>
<header>{{cover}}<div><h1>{{title}}</h1><p>{{artist}}</p>{{album}}</div></header>
{{media}}
<p id="status" role="status"></p>
<button type="button" id="sound" hidden>Turn the sound on</button>
<label class="wide"><span class="unseen">Position</span><input id="seek" type="range" min="0" step="1" value="0"></label>
<p class="times"><output id="now">0:00</output><output id="left"></output></p>
<div class="row">
<button type="button" id="before" aria-label="Previous">\
<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 4h3v16H5zM20 4v16L9 12z"/></svg></button>
<button type="button" id="back" aria-label="Back 15 seconds">&minus;15</button>
<button type="button" id="play" aria-label="Play">\
<svg viewBox="0 0 24 24" aria-hidden="true"><path id="shape" d="M6 3v18l15-9z"/></svg></button>
<button type="button" id="ahead" aria-label="Ahead 15 seconds">+15</button>
<button type="button" id="behind" aria-label="Next">\
<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M16 4h3v16h-3zM4 4v16l11-8z"/></svg></button>
</div>
<div class="row">
<label>Speed <select id="speed"><option>0.75</option><option selected>1</option><option>1.25</option>\
<option>1.5</option><option>1.75</option><option>2</option></select></label>
<label>Sleep <select id="sleep"><option value="">off</option><option value="15">15 min</option>\
<option value="30">30 min</option><option value="60">60 min</option><option value="mark">end of part</option></select></label>
<label id="codecs" hidden>Sound <select id="codec"></select></label>
</div>
<nav>{{marks}}</nav>
<details><summary>Keys</summary><p>Space or K: play or pause. Left, right: 15 s. N, P: next, previous. M: mute. \
&lt;, &gt;: slower, faster.</p></details>
<noscript><p>This page needs JavaScript to play.</p></noscript>
</main>
<script type="application/json" id="data">{{data}}</script>
{{library}}
<script>
{{script}}</script>
</body>
</html>
"""

STYLE = """\
:root { color-scheme: light dark; --back: #fbfaf7; --text: #1d1c1a; --soft: #5d5a55; --line: #d8d4cb; --mark: #0b5cad }
@media (prefers-color-scheme: dark) {
  :root { --back: #161514; --text: #f1efea; --soft: #b3aea5; --line: #3b3834; --mark: #8fc1ff }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 44rem; margin: 0 auto; padding: 1rem }
header { display: flex; flex-wrap: wrap; gap: 1rem; align-items: end }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.2; overflow-wrap: anywhere }
h2 { font-size: 1rem; color: var(--soft) }
header p, .times, #status { margin: 0; color: var(--soft) }
img { width: min(100%, 20rem); height: auto; aspect-ratio: 1; object-fit: cover; border-radius: .4rem }
video { width: 100%; max-height: 70vh; background: #000 }
.wide, input[type=range] { display: block; width: 100% }
input[type=range] { height: 2.75rem; margin: 0; accent-color: var(--mark) }
.times, .row { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .5rem }
.row { justify-content: center; align-items: center; margin: .75rem 0 }
button, select { min-height: 2.75rem; min-width: 2.75rem; font: inherit; color: inherit; background: transparent;
  border: 1px solid var(--line); border-radius: .4rem; padding: 0 .6rem; cursor: pointer }
select { background: var(--back) }
#play { min-width: 4rem; border-color: var(--mark) }
svg { width: 1.3rem; height: 1.3rem; fill: currentColor; vertical-align: middle }
#sound { width: 100%; border-color: var(--mark); color: var(--mark) }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px }
ol { list-style: none; margin: 0; padding: 0 }
li { display: flex; align-items: center; border-bottom: 1px solid var(--line) }
header a, li a { color: var(--mark) }
.part h3 { margin: 1.2rem 0 .3rem; font-size: 1rem }
li a { padding: .6rem .2rem .6rem .8rem }
li button { display: flex; justify-content: space-between; gap: 1rem; width: 100%; border-width: 0; border-radius: 0;
  padding: .4rem .2rem; text-align: start }
li span { overflow-wrap: anywhere }
[aria-current=true] { color: var(--mark); font-weight: 600 }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
[hidden] { display: none !important }
"""

SCRIPT = """\
'use strict';
(() => {
  const find = (id) => document.getElementById(id);
  const data = JSON.parse(find('data').textContent);
  const media = find('media'), seek = find('seek'), status = find('status');
  const marks = [...document.querySelectorAll('[data-start]')];
  const starts = marks.map((each) => Number(each.dataset.start));
  const HLS = 'application/vnd.apple.mpegurl';
  let source = null, library = null, sleepAt = 0, sleepMark = -1, held = false, wish = null;

  const stored = {
    get: (name) => { try { return localStorage.getItem('pressroom ' + name); } catch { return null; } },
    set: (name, value) => { try { localStorage.setItem('pressroom ' + name, value); } catch { /* private window */ } },
  };
  const clock = (seconds) => {
    const whole = Math.max(0, Math.floor(seconds)), two = (n) => String(n).padStart(2, '0');
    const hours = Math.floor(whole / 3600), rest = Math.floor(whole / 60) % 60 + ':' + two(whole % 60);
    return hours ? hours + ':' + rest.padStart(5, '0') : rest;
  };
  const current = () => starts.reduce((found, start, index) => (start <= media.currentTime + 0.01 ? index : found), -1);
  const kind = media.tagName === 'VIDEO' ? 'video' : 'audio';
  const plays = (each) => media.canPlayType(kind + '/mp4; codecs="' + each.codec + '"') !== '';
  const usable = data.sources.filter(plays);
  const sources = usable.length ? usable : data.sources;

  /* Native HLS first; else the library, where the page names one; else the one file, which every browser plays. Where there is
     none, all is encrypted, and Chromium's own HLS decrypts no MP4: so it is the library's first. */
  const open = (each, ways) => {
    source = each;
    if (library) { library.destroy(); library = null; }
    const way = ways[0];
    if (!way) { status.textContent = 'This browser plays no HLS'; return; }
    media.onerror = () => {
      wish = wish ?? media.currentTime;
      if (ways.length > 1) { open(each, ways.slice(1)); return; }
      if (data.sealed) { status.textContent = 'This is encrypted, and cannot be played by this browser'; return; }
      const words = media.error && media.error.message;
      status.textContent = 'This cannot be played here' + (words ? ': ' + words : '');
    };
    if (way === 'library') {
      library = new window.Hls();
      library.on(window.Hls.Events.ERROR, (_, problem) => {
        if (problem.fatal && problem.details.startsWith('keyLoad')) {
          library.destroy(); library = null;
          status.textContent = 'The key to this could not be fetched';
        } else if (problem.fatal) media.onerror();
      });
      library.loadSource(each.list);
      library.attachMedia(media);
    } else {
      media.src = way === 'native' ? each.list : each.file;
      media.load();
    }
  };
  const ways = (each) => {
    const native = media.canPlayType(HLS) ? ['native'] : [];
    const library = window.Hls && window.Hls.isSupported() ? ['library'] : [];
    return each.file ? [...native, ...library, 'file'] : [...library, ...native];
  };
  const choose = (each) => {
    const going = !media.paused;
    wish = media.currentTime || wish;
    open(each, ways(each));
    media.playbackRate = Number(find('speed').value);
    if (going) play();
  };

  /* Where the browser blocks sound, pictures begin without it; sound alone waits for its button. */
  const quiet = (yes) => { media.muted = yes; find('sound').hidden = !yes; };
  const play = () => media.play().catch((problem) => {
    if (problem.name !== 'NotAllowedError' || media.muted) return;
    quiet(true);
    media.play().catch(() => quiet(false));
  });
  const toggle = () => (media.paused ? play() : media.pause());
  const go = (seconds) => { media.currentTime = Math.min(Math.max(0, seconds), data.length - 0.05); show(); };
  const step = (by) => {
    const now = current();
    const to = by < 0 && now >= 0 && media.currentTime - starts[now] > 3 ? now : now + by;
    go(starts.length ? starts[Math.min(Math.max(0, to), starts.length - 1)] : 0);
  };
  const faster = (by) => {
    const select = find('speed');
    select.selectedIndex = Math.min(Math.max(0, select.selectedIndex + by), select.options.length - 1);
    select.dispatchEvent(new Event('change'));
  };

  const show = () => {
    const now = media.currentTime;
    if (!held) seek.value = now;
    seek.setAttribute('aria-valuetext', clock(now) + ' of ' + clock(data.length));
    find('now').textContent = clock(now);
    find('left').textContent = '-' + clock(data.length - now);
    const index = current();
    marks.forEach((each, number) => each.setAttribute('aria-current', String(number === index)));
    if (sleepAt && Date.now() >= sleepAt || sleepMark >= 0 && index !== sleepMark) {
      media.pause();
      sleepAt = 0; sleepMark = -1;
      find('sleep').value = '';
    }
  };
  const remember = () => { if (media.currentTime > 0) stored.set(data.key, media.ended ? '0' : media.currentTime.toFixed(2)); };
  const paint = () => {
    find('shape').setAttribute('d', media.paused ? 'M6 3v18l15-9z' : 'M5 3h5v18H5zM14 3h5v18h-5z');
    find('play').setAttribute('aria-label', media.paused ? 'Play' : 'Pause');
  };

  /* Those of the playlist are there already where the browser, or the library, reads them. */
  const subtitle = () => {
    if (media.textTracks.length) return;
    for (const each of data.subtitles) {
      const track = Object.assign(document.createElement('track'), {
        kind: 'subtitles', srclang: each.language, label: each.language, src: each.file });
      media.append(track);
    }
  };

  seek.max = Math.floor(data.length);
  wish = Number(stored.get(data.key)) || 0;
  media.addEventListener('loadedmetadata', () => {
    if (wish > 5 && wish < data.length - 10) media.currentTime = wish;
    wish = null;
    status.textContent = '';
    subtitle();
    show();
  });
  media.addEventListener('timeupdate', show);
  for (const name of ['play', 'pause', 'ended']) media.addEventListener(name, () => { paint(); remember(); });
  setInterval(() => { if (!media.paused) remember(); }, 5000);
  addEventListener('pagehide', remember);

  seek.addEventListener('input', () => { held = true; find('now').textContent = clock(seek.value); });
  seek.addEventListener('change', () => { held = false; go(Number(seek.value)); });
  find('play').onclick = toggle;
  find('back').onclick = () => go(media.currentTime - 15);
  find('ahead').onclick = () => go(media.currentTime + 15);
  find('before').onclick = () => step(-1);
  find('behind').onclick = () => step(1);
  for (const name of ['before', 'behind']) find(name).hidden = !marks.length;
  find('sound').onclick = () => { quiet(false); play(); };
  find('speed').onchange = (event) => { media.playbackRate = Number(event.target.value); };
  find('sleep').onchange = (event) => {
    const value = event.target.value;
    sleepAt = Number(value) ? Date.now() + Number(value) * 60000 : 0;
    sleepMark = value === 'mark' ? current() : -1;
  };
  if (!marks.length) find('sleep').lastElementChild.remove();
  marks.forEach((each, index) => { each.onclick = () => { go(starts[index]); play(); }; });

  const select = find('codec');
  sources.forEach((each, index) => select.add(new Option(each.label, String(index))));
  find('codecs').hidden = sources.length < 2;
  select.onchange = () => choose(sources[Number(select.value)]);

  const keys = {
    ' ': toggle, k: toggle, ArrowLeft: () => go(media.currentTime - 15), ArrowRight: () => go(media.currentTime + 15),
    n: () => step(1), p: () => step(-1), m: () => { media.muted = !media.muted; }, '<': () => faster(-1), '>': () => faster(1),
  };
  addEventListener('keydown', (event) => {
    const own = event.target.closest('select, input, summary') || (event.key === ' ' && event.target.closest('button, video'));
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || own || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    act();
  });

  if ('mediaSession' in navigator) {
    const artwork = data.cover ? [{ src: new URL(data.cover, location.href).href }] : [];
    navigator.mediaSession.metadata = new MediaMetadata({ title: data.title, artist: data.artist, artwork });
    const acts = { play, pause: () => media.pause(), previoustrack: () => step(-1), nexttrack: () => step(1),
      seekbackward: () => go(media.currentTime - 15), seekforward: () => go(media.currentTime + 15),
      seekto: (event) => go(event.seekTime) };
    for (const [name, act] of Object.entries(acts)) {
      try { navigator.mediaSession.setActionHandler(name, act); } catch { /* an older browser */ }
    }
  }
  if (kind === 'video') media.controls = true;
  choose(sources[0]);
  show();
  if (location.hash === '#listen') play();
})();
"""
