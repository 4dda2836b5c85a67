// Shows /openapi.json: every operation with its parameters, bodies and answers, and on /docs a form to try it.
// Nothing is loaded from anywhere else, and all text is set as text.

const main = document.getElementById("api");
const withForms = document.body.dataset.try === "yes";

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}

const api = await (await fetch("/openapi.json")).json();

function resolved(node) {
  while (node && node.$ref) node = node.$ref.slice(2).split("/").reduce((at, key) => at[key], api);
  return node;
}

// "array of Document", "string, one of a, b", "integer or null"
function typeName(schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.anyOf) return schema.anyOf.map(typeName).join(" or ");
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.type === "array") return "array of " + (typeName(schema.items) || "anything");
  const name = [schema.type].flat().filter(Boolean).join(" or ");
  if (schema.enum) return `${name}, one of ${schema.enum.map(String).join(", ")}`;
  return schema.format ? `${name} (${schema.format})` : name;
}

function limits(schema) {
  const words = { minimum: "at least", maximum: "at most", minLength: "length at least", maxLength: "length at most", default: "default" };
  return Object.entries(words).filter(([key]) => schema && key in schema).map(([key, word]) => `${word} ${schema[key]}`).join(", ");
}

function table(heads, rows) {
  const head = element("tr", {}, ...heads.map((text) => element("th", { textContent: text })));
  const body = rows.map((row) => element("tr", {}, ...row.map((text) => element("td", { textContent: text ?? "" }))));
  return element("table", {}, element("thead", {}, head), element("tbody", {}, ...body));
}

function schemaTable(schema) {
  const real = resolved(schema);
  if (!real || !real.properties) return element("p", {}, element("code", { textContent: typeName(schema) }));
  const rows = Object.entries(real.properties).map(([name, property]) => {
    const about = [resolved(property)?.description, limits(resolved(property))].filter(Boolean).join("; ");
    return [name + ((real.required ?? []).includes(name) ? "" : "?"), typeName(property), about];
  });
  return table(["member", "type", ""], rows);
}

function bodies(content = {}) {
  return Object.entries(content).map(([type, media]) =>
    element("div", {}, element("p", {}, element("code", { textContent: type })), media.schema ? schemaTable(media.schema) : null));
}

function answers(operation) {
  return Object.entries(operation.responses).map(([status, reference]) => {
    const answer = resolved(reference);
    const name = `${status}  ${answer.description ?? ""}`;
    const content = bodies(answer.content);
    return content.length ? element("details", {}, element("summary", { textContent: name }), ...content) : element("p", { textContent: name });
  });
}

// ---- trying

function field(name, input) {
  return element("label", {}, element("span", { textContent: name }), input);
}

function parameterField(parameter) {
  const words = parameter.schema?.enum ?? (parameter.schema?.$ref ? resolved(parameter.schema).enum : undefined);
  const attributes = { name: `${parameter.in}:${parameter.name}`, required: parameter.required === true };
  if (!words) return field(parameter.name, element("input", { ...attributes, placeholder: typeName(parameter.schema) }));
  return field(parameter.name, element("select", attributes, element("option", { value: "" }), ...words.map((word) => element("option", { textContent: word }))));
}

function bodyFields(content = {}) {
  const form = content["multipart/form-data"];
  if (form) {
    return Object.entries(form.schema.properties).map(([name, schema]) => {
      const files = schema.items?.format === "binary";
      return field(name, element("input", { name: `body:${name}`, type: files ? "file" : "text", multiple: files }));
    });
  }
  const json = content["application/json"];
  if (!json) return [];
  const example = Object.fromEntries(Object.entries(resolved(json.schema).properties ?? {}).map(([name]) => [name, ""]));
  return [field("body", element("textarea", { name: "json:body", value: JSON.stringify(example, null, 2) }))];
}

function requestOf(path, method, form) {
  const query = new URLSearchParams(), headers = {};
  let body, json = "";
  for (const input of form.elements) {
    const [where, name] = (input.name ?? "").split(":");
    if (!name || (input.type !== "file" && input.value === "")) continue;
    if (where === "path") path = path.replace(`{${name}}`, encodeURIComponent(input.value));
    if (where === "query") query.append(name, input.value);
    if (where === "header") headers[name] = input.value;
    if (where === "json") json = input.value;
    if (where !== "body") continue;
    body ??= new FormData();
    if (input.type === "file") for (const file of input.files) body.append(name, file);
    else body.append(name, input.value);
  }
  if (json) {
    headers["Content-Type"] = "application/json";
    body = json;
  }
  return [path + (query.size ? `?${query}` : ""), { method: method.toUpperCase(), headers, body }];
}

async function show(output, answer) {
  const head = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  output.textContent = `${answer.status} ${answer.statusText}\n${head}\n\n`;
  const type = answer.headers.get("content-type") ?? "";
  if (type.startsWith("application/pdf")) {
    output.textContent += `(${(await answer.blob()).size} bytes)`;
  } else if (type.startsWith("application/json")) {
    output.textContent += JSON.stringify(await answer.json(), null, 2);
  } else if (answer.body) {
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) output.append(part.value);
  }
}

function tryForm(path, method, operation, parameters) {
  const output = element("pre", { hidden: true });
  const inputs = [...parameters.map(parameterField), ...bodyFields(operation.requestBody?.content)];
  const form = element("form", {}, ...inputs, element("button", { textContent: "Send" }), output);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    output.hidden = false;
    output.textContent = "…";
    try {
      await show(output, await fetch(...requestOf(path, method, form)));
    } catch (problem) {
      output.textContent = String(problem);
    }
  });
  return form;
}

// ---- the page

function operationView(path, method, operation, shared) {
  const parameters = [...shared, ...(operation.parameters ?? [])].map(resolved);
  const rows = parameters.map((one) => [one.name, one.in, typeName(one.schema), [one.description, limits(one.schema)].filter(Boolean).join("; ")]);
  return element("details", { id: operation.operationId },
    element("summary", {}, element("span", { className: `method ${method}`, textContent: method.toUpperCase() }),
      element("code", { textContent: path }), element("span", { className: "about", textContent: `  ${operation.summary ?? ""}` })),
    operation.description ? element("p", { textContent: operation.description }) : null,
    rows.length ? table(["parameter", "in", "type", ""], rows) : null,
    ...(operation.requestBody ? [element("h4", { textContent: "Body" }), ...bodies(operation.requestBody.content)] : []),
    element("h4", { textContent: "Answers" }), ...answers(operation),
    withForms ? tryForm(path, method, operation, parameters) : null);
}

function tagView(tag) {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) => Object.entries(methods)
    .filter(([, operation]) => operation.tags?.includes(tag.name))
    .map(([method, operation]) => operationView(path, method, operation, methods.parameters ?? [])));
  return element("section", {}, element("h2", { textContent: tag.name }),
    tag.description ? element("p", { textContent: tag.description }) : null, ...operations);
}

main.replaceChildren(
  element("h1", { textContent: `${api.info.title} ${api.info.version}` }),
  ...api.info.description.split("\n\n").map((text) => element("p", { textContent: text })),
  element("p", {}, element("a", { href: "/openapi.json", textContent: "openapi.json" })),
  ...api.tags.map(tagView),
  element("section", {}, element("h2", { textContent: "Schemas" }), ...Object.entries(api.components.schemas).map(([name, schema]) =>
    element("details", {}, element("summary", {}, element("code", { textContent: name })), schemaTable(schema)))));
document.getElementById(location.hash.slice(1))?.setAttribute("open", "");
