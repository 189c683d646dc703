// The reference: the API document as a page on which each route can be tried. No library, no request to anybody else.

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const document_ = await (await fetch("openapi.json")).json();
const session = await (await fetch("session")).json();
const schemas = document_.components.schemas;

/** What a body may look like, by its schema. */
function example(schema, depth = 0) {
  if (!schema || depth > 6) return null;
  if (schema.$ref) return example(schemas[schema.$ref.split("/").pop()], depth + 1);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const choice = (schema.oneOf ?? schema.anyOf)?.[0];
  if (choice) return example(choice, depth + 1);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "object") {
    const required = new Set(schema.required ?? []);
    const fields = Object.entries(schema.properties ?? {}).filter(([name]) => required.has(name) || depth === 0);
    return Object.fromEntries(fields.map(([name, field]) => [name, field.default ?? example(field, depth + 1)]));
  }
  return { array: [], string: "", integer: schema.minimum ?? 0, number: 0, boolean: false }[type] ?? null;
}

function route(path, method, operation) {
  const inputs = new Map();
  const form = element("form");
  for (const parameter of operation.parameters ?? []) {
    const input = element("input", { required: Boolean(parameter.required), name: parameter.name });
    if (parameter.name === "workspace") input.value = session.workspaces[0]?.id ?? "";
    inputs.set(input, parameter);
    form.append(element("label", { className: "field" }, `${parameter.name}${parameter.required ? " *" : ""}`, input,
      element("span", { textContent: parameter.description ?? "" })));
  }
  const content = operation.requestBody?.content;
  let body = null;
  if (content?.["application/json"]) {
    body = element("textarea", { ariaLabel: "body", value: JSON.stringify(example(content["application/json"].schema), null, 2) });
    form.append(body);
  } else if (content) {
    body = element("input", { type: "file", ariaLabel: "body" });
    form.append(body);
  }
  const answer = element("pre", { hidden: true, tabIndex: 0 });
  form.append(element("button", { textContent: "Send" }));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    answer.hidden = false;
    answer.textContent = "…";
    answer.textContent = await send(path, method, inputs, body).catch((error) => String(error));
  });
  const summary = element("summary", {}, element("span", { className: "method", textContent: method.toUpperCase() }),
    element("code", { textContent: path }), " ", element("span", { className: "about", textContent: operation.summary }));
  const right = element("p", { className: "right", textContent: `asks for: ${operation["x-right"].replaceAll("_", " ")}` });
  return element("details", {}, summary, right, form, answer);
}

async function send(path, method, inputs, body) {
  const headers = {}, query = new URLSearchParams();
  for (const [input, parameter] of inputs) {
    if (input.value === "") continue;
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (parameter.in === "query") query.set(parameter.name, input.value);
    else headers[parameter.name] = input.value;
  }
  const token = document.querySelector("#token").value;
  if (token) headers.Authorization = `Bearer ${token}`;
  else if (session.csrf) headers["X-CSRF-Token"] = session.csrf;
  const file = body?.type === "file";
  if (body && !file) headers["Content-Type"] = "application/json";
  const address = query.size ? `${path}?${query}` : path;
  const response = await fetch(address, { method: method.toUpperCase(), headers, body: file ? body.files[0] : body?.value });
  const kind = response.headers.get("content-type") ?? "";
  let text = "";
  if (kind.includes("event-stream")) {
    // a stream goes on; its beginning shows what it is like
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let parts = 0; parts < 5; parts++) {
      const part = await reader.read();
      if (part.done) break;
      text += part.value;
    }
    await reader.cancel();
  } else if (kind.includes("zstd") || kind.includes("octet-stream")) {
    text = `${(await response.arrayBuffer()).byteLength} bytes`;
  } else {
    text = await response.text();
    if (kind.includes("json") && !kind.includes("jsonl") && text) text = JSON.stringify(JSON.parse(text), null, 2);
  }
  const etag = response.headers.get("etag");
  return `${response.status} ${response.statusText}${etag ? `\netag: ${etag}` : ""}\n\n${text.slice(0, 200_000)}`;
}

const groups = new Map();
for (const [path, operations] of Object.entries(document_.paths)) {
  for (const [method, operation] of Object.entries(operations)) {
    const tag = operation.tags[0];
    if (!groups.has(tag)) groups.set(tag, []);
    groups.get(tag).push(route(path, method, operation));
  }
}
const routes = document.querySelector("#routes");
routes.replaceChildren(...[...groups].map(([tag, all]) => element("section", {}, element("h2", { textContent: tag }), ...all)));
document.querySelector("#search").addEventListener("input", (event) => {
  const wanted = event.target.value.toLowerCase();
  for (const section of routes.children) {
    const all = [...section.querySelectorAll("details")];
    for (const one of all) one.hidden = !one.querySelector("summary").textContent.toLowerCase().includes(wanted);
    section.hidden = all.every((one) => one.hidden);
  }
});
