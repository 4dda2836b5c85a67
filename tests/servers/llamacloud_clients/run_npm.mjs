// What tests/cluster/test_llamacloud_clients.py has the official npm client do; the same as run_python.py. Arguments: URL, key, folder.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import * as buffer from "node:buffer";
import path from "node:path";

globalThis.File ??= buffer.File; // Node 18 has it, but not everywhere
const [url, apiKey, folder] = process.argv.slice(2);
const require = createRequire(path.join(process.cwd(), "package.json"));
const { LlamaCloud } = require("@llamaindex/llama-cloud");
const client = new LlamaCloud({ apiKey, baseURL: url });
const order = { tier: "fast", version: "latest" };

const uploaded = (name) => new File([readFileSync(path.join(folder, name))], name);

async function parse(name) {
  const result = await client.parsing.parse(
    { upload_file: uploaded(name), expand: ["text", "markdown", "metadata", "usage"], ...order }, { pollingInterval: 0.01 });
  return {
    status: result.job.status,
    texts: result.text.pages.map((page) => page.text),
    markdown: result.markdown.pages.map((page) => (page.success ? page.markdown : `failed: ${page.error}`)),
    numbers: result.metadata.pages.map((page) => page.page_number),
    credits: result.job.usage.credits,
  };
}

async function messageOf(action) {
  try {
    await action();
  } catch (error) {
    return `${error.constructor.name}: ${error.message}`;
  }
  return "no error";
}

async function all(items) {
  const found = [];
  for await (const item of items) found.push(item);
  return found;
}

async function byFile() {
  const file = await client.files.create({ file: uploaded("plain.pdf"), purpose: "parse", external_file_id: "our-id" });
  const found = (await all(client.files.list({ external_file_id: "our-id" }))).map((other) => other.id);
  const job = await client.parsing.create({
    file_id: file.id, page_ranges: { target_pages: "2-3" }, user_metadata: { docquarry: "mark" }, ...order });
  const listed = (await all(client.parsing.list({ page_size: 1 }))).filter((other) => other.user_metadata?.docquarry === "mark");
  const result = await client.parsing.get(job.id, { expand: ["text"] });
  await client.files.delete(file.id);
  return {
    found: found.length === 1 && found[0] === file.id,
    listed: listed.length === 1 && listed[0].id === job.id,
    status: result.job.status,
    numbers: result.text.pages.map((page) => page.page_number),
  };
}

async function cancelled() {
  const job = await client.parsing.create({ upload_file: uploaded("endless.pdf"), ...order });
  await client.parsing.cancel(job.id);
  return (await client.parsing.get(job.id)).job.status;
}

console.log(JSON.stringify({
  parsed: await parse("three.pdf"),
  partly_failed: await parse("partly.pdf"),
  by_file: await byFile(),
  cancelled: await cancelled(),
  failed: await messageOf(() => parse("failing.pdf")),
  wrong_key: await messageOf(() => new LlamaCloud({ apiKey: "wrong", baseURL: url }).parsing.get("pjb-1")),
  unknown: await messageOf(() => client.parsing.get("pjb-unknown")),
  invalid: await messageOf(() => client.parsing.create({ upload_file: uploaded("three.pdf"), ...order, tier: "no such" })),
}));
