// Starts the wasm instance, and starts a fresh one after a panic: a panicked instance is never used again.
import * as mint from "./index.js";

const state = mint.__worker_init_state();

function refresh() {
  mint.__wbg_reset_state();
  state.criticalError = false;
  state.instanceId += 1;
}

addEventListener("error", (event) => {
  if (event.error instanceof WebAssembly.RuntimeError) state.criticalError = true;
});

export default {
  async fetch(request, environment, context) {
    try {
      if (state.criticalError) refresh();
      return await mint.fetch(request, environment, context);
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) state.criticalError = true;
      // The error itself stays here: nobody can say what it quotes.
      console.error(JSON.stringify({ event: "worker-failed", critical: state.criticalError }));
      return new Response("the mint failed; its operator finds more in the log\n", { status: 500 });
    }
  },
};
