#!/usr/bin/env node
// A browser with a person in front of it, usable as $BROWSER: `browser.mjs URL`.
//
// It opens one tab, keeps cookies, fills in the provider's own forms and follows redirects to the loopback listener.
// KUBEMINT_BROWSER_USER  who signs in; empty: the person looks at the page and does nothing
// KUBEMINT_BROWSER_CA    the authority it trusts, PEM
// KUBEMINT_BROWSER_LOG   a file that gets a JSON line for each tab, page and form, without secrets
// KUBEMINT_BROWSER_JAR   a file that keeps the cookies between tabs, as a browser does; without it each tab is fresh
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { setDefaultCACertificates } from "node:tls";

const STEPS = 20;
const environment = (name) => process.env[`KUBEMINT_BROWSER_${name}`] ?? "";
const user = environment("USER");
if (environment("CA")) setDefaultCACertificates([readFileSync(environment("CA"), "utf8")]);

function note(event, more = {}) {
  const line = `${JSON.stringify({ event, ...more })}\n`;
  if (environment("LOG")) appendFileSync(environment("LOG"), line);
  else process.stderr.write(line);
}

const jarFile = environment("JAR");
const jar = jarFile && existsSync(jarFile) ? JSON.parse(readFileSync(jarFile, "utf8")) : {};

/** Cookies by host; a path prefix is honoured, since the provider keeps one interaction's cookies apart by path. */
function keepCookies(url, response) {
  for (const line of response.headers.getSetCookie()) {
    const [pair, ...attributes] = line.split(";").map((part) => part.trim());
    const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
    const attribute = (key) => attributes.find((part) => part.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1);
    const path = attribute("path") ?? "/";
    const over = attribute("expires") && Date.parse(attribute("expires")) <= Date.now();
    const key = `${url.host} ${path} ${name}`;
    if (over || value === "") delete jar[key];
    else jar[key] = value;
  }
  if (jarFile) writeFileSync(jarFile, JSON.stringify(jar), { mode: 0o600 });
}

function cookiesFor(url) {
  const mine = Object.entries(jar).filter(([key]) => {
    const [host, path] = key.split(" ");
    return host === url.host && url.pathname.startsWith(path);
  });
  return mine.map(([key, value]) => `${key.split(" ")[2]}=${value}`).join("; ");
}

const unescape = (text) => text.replace(/&amp;/g, "&").replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&lt;/g, "<").replace(/&gt;/g, ">");

/** The page's form, filled in by the person: hidden members as they are, login and password typed. */
function fill(page, url) {
  const form = /<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/.exec(page);
  if (!form) return undefined;
  const members = new URLSearchParams();
  for (const [, attributes] of form[2].matchAll(/<input([^>]*)>/g)) {
    const attribute = (name) => unescape(new RegExp(`${name}="([^"]*)"`).exec(attributes)?.[1] ?? "");
    const typed = { login: user, password: "a password nobody checks" }[attribute("name")];
    members.set(attribute("name"), typed ?? attribute("value"));
  }
  return { url: new URL(unescape(form[1]), url), body: members };
}

async function step({ url, body }) {
  const response = await fetch(url, {
    method: body ? "POST" : "GET",
    body,
    redirect: "manual",
    headers: { accept: "text/html", cookie: cookiesFor(url) },
  });
  keepCookies(url, response);
  const where = response.headers.get("location");
  if (where) return { url: new URL(where, url) };
  const page = await response.text();
  if (url.protocol === "http:") {
    note("back", { status: response.status });
    return undefined;
  }
  note("page", { status: response.status, title: /<title>([^<]*)</.exec(page)?.[1] });
  if (!user) return undefined;
  const form = fill(page, url);
  if (!form) throw new Error(`a page without a form, status ${response.status}`);
  note("form", { members: [...form.body.keys()] });
  return form;
}

let next = { url: new URL(process.argv[2]) };
note("tab", { host: next.url.host });
for (let steps = 0; next; steps += 1) {
  if (steps === STEPS) throw new Error("the pages go round in circles");
  next = await step(next);
}
