// Calls functions for the host. Messages are JSON lines on the streams it was started with; what user code prints is not among them.
'use strict';
const fs = require('fs');
const path = require('path');
const url = require('url');

const WORK = process.cwd();

process.stdout.write = process.stderr.write.bind(process.stderr);

// A text that was cut in the middle of a character has half of it, which is no text for anybody else; JSON has it as an escape.
const HALF = /\\(?:\\|ud[89a-f][0-9a-f]{2})/g;

function send(kind, fields) {
  const text = JSON.stringify({ [kind]: fields }).replace(HALF, (escape) => (escape === '\\\\' ? escape : '\ufffd'));
  let bytes = Buffer.from(text + '\n');
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(fs.writeSync(1, bytes));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}

// Files that are looked at before each call; code may put another function in the place of this one.
const guarded = new Map();
const lstat = fs.lstatSync;

function stateOf(file) {
  try {
    const { dev, ino, mode, size, mtimeNs } = lstat(`${WORK}/${file}`, { bigint: true });
    return [dev, ino, mode, size, mtimeNs].join();
  } catch {
    return null;
  }
}

function guard({ id, files }) {
  guarded.clear();
  for (const file of files) guarded.set(file, stateOf(file));
  send('returned', { id, value: [...guarded.values()] });
}

const waiting = new Map();
let asks = 0;

const MESSAGES = 'a model is asked with a text, or with a list of {role, content} whose values are texts';

function isMessage(value) {
  const fields = value !== null && typeof value === 'object' ? Object.keys(value).sort().join() : '';
  return fields === 'content,role' && typeof value.role === 'string' && typeof value.content === 'string';
}

// Asks the model that the run file names. `messages` is a text, or a list of {role, content}.
function chat(messages, options = {}) {
  if (typeof messages === 'string') messages = [{ role: 'user', content: messages }];
  if (!Array.isArray(messages) || !messages.every(isMessage)) {
    return Promise.reject(new TypeError(`${MESSAGES}, and not ${String(JSON.stringify(messages)).slice(0, 200)}`));
  }
  const id = ++asks;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    send('ask', { id, messages, options });
  });
}

// The host did not answer a model call.
class Refused extends Error {}

globalThis.clade = { chat, Refused };

const NO_SCORE = 'the function returned no score but a';
const INLINE = '; inline code is what a function would return, such as `output.length < 9`, without `(output, context) =>` before it';

const modules = new Map();
const snippets = new Map();

async function functionOfFile({ path: file, function: name }) {
  const place = path.join(WORK, file);
  const changed = fs.statSync(place).mtimeMs;
  if (modules.get(file)?.changed !== changed) {
    delete require.cache[place];
    const query = `?changed=${changed}`;
    const module = file.endsWith('.mjs') ? await import(url.pathToFileURL(place) + query) : require(place);
    modules.set(file, { changed, module });
  }
  const { module } = modules.get(file);
  const whole = module.default ?? module;
  const found = name === 'default' ? whole : module[name] ?? whole[name];
  if (typeof found !== 'function') throw new Error(`${file} has no function \`${name}\``);
  return found;
}

function functionOfText({ code, names }) {
  const key = JSON.stringify([code, names]);
  if (!snippets.has(key)) {
    const text = code.trim();
    const whole = text.includes('\n') || text.startsWith('return ');
    snippets.set(key, new Function(...names, whole ? text : bodyOfLine(text.replace(/[;\s]+$/, ''))));
  }
  return snippets.get(key);
}

function parses(body) {
  try {
    return Boolean(new Function(body));
  } catch {
    return false;
  }
}

// An expression; or declarations and then an expression, as promptfoo takes them.
function bodyOfLine(text) {
  if (/^(const|let|var)\s/.test(text)) {
    for (let at = text.lastIndexOf(';'); at > 0; at = text.lastIndexOf(';', at - 1)) {
      const [before, last] = [text.slice(0, at + 1), text.slice(at + 1)];
      if (parses(before) && parses(`return (${last}\n)`)) return `${before} return (${last}\n)`;
    }
  }
  const body = `return (${text}\n)`;
  if (!parses(body) && parses(text)) {
    throw new SyntaxError(
      'code on one line is an expression, and this is none; write it on several lines, as the body of a function that ends with `return`',
    );
  }
  return body;
}

// Lines that `new Function` puts before the code.
const BEFORE = 2;

// A line of a stack as the user's own file and place; undefined where it is of anybody else, such as the runtime.
function frameOf(line) {
  const inline = /^\s+at .*eval at functionOfText \(.*\), <anonymous>:(\d+):\d+\)$/.exec(line);
  if (inline) return `    at inline:${inline[1] - BEFORE}`;
  const [, name, place, at] = /^\s+at (?:(.*) \()?(?:file:\/\/)?(\/.*?)(?:\?changed=[\d.]+)?(:\d+:\d+)\)?$/.exec(line) ?? [];
  const own = place?.startsWith(`${WORK}/`) && !place.endsWith('/[eval]');
  const there = own && place.slice(WORK.length + 1) + at;
  const named = name && name !== 'Object.<anonymous>';
  return own ? `    at ${named ? `${name} (${there})` : there}` : undefined;
}

// Where an error came from: the user's own files and lines. A file that cannot be parsed stands before the message, with the line.
function traceOf(error, source) {
  const stack = String(error?.stack ?? '').split('\n');
  const frames = stack.map(frameOf).filter(Boolean);
  if (frames.length === 0 && source?.file) {
    const line = error instanceof SyntaxError && stack[0].startsWith(`${WORK}/`) ? stack[0].slice(WORK.length + 1) : source.file.path;
    frames.push(`    at ${line}`, ...(line === source.file.path ? [] : stack.slice(1, 2)));
  }
  return frames.join('\n').slice(0, 8000);
}

// Whoever asked for a module is told by files of the user.
function messageOf(error) {
  const lines = String(error?.message ?? error).split('\n');
  return lines.filter((line) => line !== `- ${WORK}/[eval]`).join('\n').slice(0, 2000);
}

async function answer({ id, source, args }) {
  try {
    const found = source.file ? await functionOfFile(source.file) : functionOfText(source.inline);
    // without arguments it is only to be found
    const value = args ? await found(...args) : null;
    if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`the function returned ${value}, which is no score`);
    if (['function', 'symbol'].includes(typeof value)) throw new Error(`${NO_SCORE} ${typeof value}${source.inline ? INLINE : ''}`);
    send('returned', { id, value: value === undefined ? null : value });
  } catch (error) {
    send('failed', { id, message: messageOf(error), trace: traceOf(error, source) });
  }
}

function receive(message) {
  if (message.guard) return void guard(message.guard);
  const request = message.call ?? message.find;
  if (request) {
    for (const [file, state] of guarded) {
      if (stateOf(file) !== state) return void send('changed', { id: request.id, path: file });
    }
    return void answer(request);
  }
  const { id } = message.answer ?? message.refusal;
  // an answer that nobody waits for any more is none of ours
  if (!waiting.has(id)) return;
  const { resolve, reject } = waiting.get(id);
  waiting.delete(id);
  if (message.answer) resolve(message.answer.text);
  else reject(new Refused(message.refusal.reason));
}

// What nobody waits for and nobody catches ends the process, as ever, with the words of the user's own files.
process.on('uncaughtException', (error) => {
  if (process.listenerCount('uncaughtException') > 1) return;
  const name = error instanceof Error ? `${error.name}: ` : '';
  fs.writeSync(2, `${name}${messageOf(error)}\n${traceOf(error)}`.trimEnd() + '\n');
  process.exit(1);
});

let rest = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  lines.forEach((line) => receive(JSON.parse(line)));
});
process.stdin.on('end', () => process.exit(0));
send('ready', {});
