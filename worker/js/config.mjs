// Hands the configuration to the mint as text. Not an exported function: exports can be called by other workers.
import text from "./config.json";

globalThis.kubemintConfiguration = text;
