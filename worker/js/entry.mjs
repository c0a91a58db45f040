// The worker's main module: the configuration must be in place before the mint reads it.
import "./config.mjs";
export { default } from "./index.js";
