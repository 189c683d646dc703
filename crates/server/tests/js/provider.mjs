// A certified OpenID provider on a port of loopback: node provider.mjs PORT SERVER
import { pathToFileURL } from "node:url";

const [port, server] = process.argv.slice(2);
const modules = process.env.CLADE_TEST_NODE_MODULES;
const { Provider } = await import(pathToFileURL(`${modules}/oidc-provider/lib/index.js`));

// what it has to say of itself is for its own log
console.warn = console.info = () => {};

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: "clade", client_secret: "s3cret/+", redirect_uris: [`${server}/sign-in/oidc/back`] }],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  // whoever signs in is called so, and has an address of that name
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: id, email: `${id}@example.org`, email_verified: true }),
  }),
  cookies: { keys: ["only for tests"] },
  pkce: { required: () => true },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
