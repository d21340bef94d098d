/**
 * Let Firefox, without a window, go through walks of the theatre. firefox.py starts this with the
 * folder that has node_modules, and the path of the browser.
 *
 * Each line of JSON on standard input is answered by one: {} by {browser}, its name and version;
 * {start, end, seconds} by {at} once the browser, sent to `start`, is at an address with `end` in it,
 * and by {problem} where it does not get there.
 */

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [tools, executablePath] = process.argv.slice(2);
const { default: puppeteer } = createRequire(`${tools}/`)("puppeteer-core");

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

async function walk({ start, end, seconds }) {
  // Cookies, storage and history of its own, as a new profile has.
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    await page.goto(start);
    const late = Date.now() + seconds * 1000;
    while (!page.url().includes(end)) {
      if (Date.now() > late) return { problem: `It is still at ${page.url()}.` };
      await pause(0.1);
    }
    return { at: page.url() };
  } catch (error) {
    return { problem: error.message.split("\n")[0] };
  } finally {
    await context.close();
  }
}

function fail(error) {
  console.error(error.message.split("\n")[0]);
  process.exit(1);
}

const browser = await puppeteer.launch({ browser: "firefox", executablePath }).catch(fail);
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  const answer = asked.start ? await walk(asked) : { browser: await browser.version() };
  console.log(JSON.stringify(answer));
}
await browser.close();
