// A stranger: makes and reads kubemint's credentials with npm's jose and @sd-jwt/core and nothing of ours.
//
// One JSON object a line from standard input, one JSON object a line as its answer: what was asked for, or
// {"error": …}. What it can do is what the files beside this one export; they keep nothing between two lines.
// The authority of servers it asks is in NODE_EXTRA_CA_CERTS.
import { createInterface } from "node:readline";
import * as keys from "./keys.mjs";
import * as mint from "./mint.mjs";
import * as sdjwt from "./sdjwt.mjs";
import * as signIn from "./sign-in.mjs";

const verbs = { ...keys, ...sdjwt, ...mint, ...signIn };

async function answer(line) {
  try {
    const ask = JSON.parse(line);
    if (!Object.hasOwn(verbs, ask.do)) throw new Error(`it cannot ${ask.do}`);
    return await verbs[ask.do](ask);
  } catch (error) {
    // A refusal is an answer, whatever library it came from.
    return { error: `${error.name}: ${error.message}` };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
}
