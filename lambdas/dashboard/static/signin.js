/** Signing in at the stage's issuer: an authorization code with PKCE (OpenID Connect Core 3.1, RFC 7636).
 *
 *  It is the ID token that goes to the API: API Gateway compares `aud`, and only without one `client_id`, with the
 *  stage's audience. An ID token's `aud` is our client id always; an access token may be opaque, or of another aud.
 *  Its signature is API Gateway's to check, at every request; here it came from the issuer itself, over TLS. */
import { forgetToken, hasToken, keepToken, now, read, Refused } from "./api.js";
import { el, fill } from "./dom.js";

const BEGUN = "incident-commander.sign-in";
const PATIENCE = 15_000,
  LONGEST = 300;
const LOOPBACK = "127.0.0.1";

/** Why nobody is signed in, as a sentence. */
class NotSignedIn extends Error {}

/** The page's door; without an issuer there is none. */
export class SignIn {
  /** @param changed called when `fault` is another one */
  constructor(changed) {
    Object.assign(this, { changed, about: null, fault: "", busy: false });
  }

  /** Whether the stage has an issuer. */
  get offered() {
    return this.about !== null;
  }

  /** Whether nothing can be asked before somebody signs in. */
  get shut() {
    return this.offered && !hasToken();
  }

  /** Learns the issuer, and takes the issuer's answer out of the address, if it holds one. */
  async arrive() {
    const answer = takeAnswer();
    const about = await read(new URL("signin.json", document.baseURI), { fresh: true }).catch(unknown);
    if (typeof about?.issuer !== "string") return;
    this.about = about;
    if (answer) await this.#trying(() => this.#finish(answer));
  }

  /** Leaves for the issuer. */
  begin() {
    return this.#trying(async () => {
      const { authorization } = await this.#endpoints();
      const begun = { verifier: random(), state: random(), nonce: random(), place: location.hash };
      sessionStorage.setItem(BEGUN, JSON.stringify(begun));
      const asked = {
        response_type: "code",
        client_id: this.about.client_id,
        redirect_uri: here(),
        scope: this.about.scope,
        state: begun.state,
        nonce: begun.nonce,
        code_challenge: await challenge(begun.verifier),
        code_challenge_method: "S256",
      };
      for (const [name, value] of Object.entries(asked)) authorization.searchParams.set(name, value);
      location.assign(authorization);
    }).then(this.changed);
  }

  /** Forgets who looks, and all that the page has shown them. */
  leave() {
    forgetToken();
    history.replaceState(null, "", here());
    location.reload();
  }

  /** What stands in the place of the page while the door is shut. */
  show(main) {
    fill(
      main,
      el(
        "section",
        { class: "sheet stack", "aria-labelledby": "h-sign-in" },
        el("h1", { id: "h-sign-in" }, "Sign in"),
        el("p", {}, `Sign in at ${this.about.issuer} to see this stage.`),
        this.fault && el("p", { id: "sign-in-fault", role: "alert" }, this.fault),
        this.button(),
      ),
    );
  }

  /** The one button that signs in. */
  button() {
    return el("button", { id: "sign-in", type: "button", on: { click: () => this.begin() } }, "Sign in");
  }

  async #trying(step) {
    if (this.busy) return;
    Object.assign(this, { busy: true, fault: "" });
    try {
      await step();
    } catch (error) {
      if (!(error instanceof NotSignedIn)) console.error(error);
      this.fault = error instanceof NotSignedIn ? error.message : "Signing in failed in this page. Try again.";
    } finally {
      this.busy = false;
    }
  }

  async #finish({ query, begun }) {
    if (!begun || query.get("state") !== begun.state)
      throw new NotSignedIn("This answer belongs to no sign-in that this tab began (state). Sign in again.");
    if (query.has("iss") && query.get("iss") !== this.about.issuer)
      throw new NotSignedIn("This answer is another issuer’s (iss). Sign in again.");
    if (query.has("error")) throw refusal(query.get("error"), query.get("error_description"));
    const { token } = await this.#endpoints();
    const body = new URLSearchParams({
      grant_type: "authorization_code",
      code: query.get("code") ?? "",
      redirect_uri: here(),
      client_id: this.about.client_id,
      code_verifier: begun.verifier,
    });
    const said = await asked(token, { method: "POST", body });
    if (said.error) throw refusal(said.error, said.error_description);
    this.#check(claims(said.id_token), begun.nonce);
    keepToken(said.id_token);
  }

  /** What OpenID Connect Core 3.1.3.7 asks of a token that came straight from the issuer. */
  #check(found, nonce) {
    const { issuer, client_id: us } = this.about;
    const audience = [found.aud].flat();
    const wrong =
      (found.iss !== issuer && "it is another issuer’s (iss)") ||
      ((!audience.includes(us) || (found.azp ?? us) !== us) && "it is for another client (aud)") ||
      (found.nonce !== nonce && "it belongs to another sign-in (nonce)") ||
      (!(found.exp * 1_000 > now()) && "it has expired already (exp)");
    if (wrong) throw new NotSignedIn(`The issuer’s ID token is not taken: ${wrong}. Sign in again.`);
  }

  /** Of the issuer's own document (OpenID Connect Discovery 4), each where it may be. */
  async #endpoints() {
    const { issuer, token_origin: allowed } = this.about;
    const found = await asked(new URL(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`));
    if (found.issuer !== issuer)
      throw new NotSignedIn(`The issuer’s configuration names another issuer: ${told(found.issuer)}`);
    const authorization = this.#endpoint(found, "authorization_endpoint");
    const token = this.#endpoint(found, "token_endpoint");
    if (token.origin !== allowed)
      throw new NotSignedIn(
        `The issuer’s token endpoint is at ${told(token.origin)}, this stage allows ${allowed} (oidc.token_origin).`,
      );
    return { authorization, token };
  }

  #endpoint(found, name) {
    const url = URL.canParse(found[name]) ? new URL(found[name]) : null;
    const local = [new URL(this.about.issuer), url].every((one) => one?.hostname === LOOPBACK);
    const safe = url?.protocol === "https:" || (local && url?.protocol === "http:");
    if (!safe || url.username || url.password || url.hash)
      throw new NotSignedIn(`The issuer’s ${name} cannot be used: ${told(found[name])}`);
    return url;
  }
}

function unknown(error) {
  if (!(error instanceof Refused)) throw error;
  return null;
}

/** Where the issuer sends people back to: this page, without query and fragment. */
const here = () => location.origin + location.pathname;

/** An answer is taken once: neither history nor a second load has the code, nor what was kept for it. */
function takeAnswer() {
  const query = new URLSearchParams(location.search);
  if (!["state", "code", "error"].some((name) => query.has(name))) return null;
  const begun = JSON.parse(sessionStorage.getItem(BEGUN) ?? "null");
  sessionStorage.removeItem(BEGUN);
  history.replaceState(null, "", here() + (begun?.place ?? ""));
  return { query, begun };
}

async function asked(url, options = {}) {
  let said;
  try {
    const answer = await fetch(url, {
      ...options,
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE),
    });
    said = await answer.json();
  } catch {
    throw new NotSignedIn(`The issuer does not answer as it should at ${url.origin}. Try again.`);
  }
  if (said === null || typeof said !== "object")
    throw new NotSignedIn(`The issuer’s answer at ${url.origin} could not be read.`);
  return said;
}

function refusal(error, description) {
  return new NotSignedIn(`The issuer refuses: ${told(error)}${description ? `: ${told(description)}` : ""}`);
}

/** Somebody else's text: short, and without what turns or hides text. */
const told = (text) =>
  String(text ?? "nothing")
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .slice(0, LONGEST);

function claims(token) {
  try {
    const part = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(part), (one) => one.charCodeAt(0));
    return { ...JSON.parse(new TextDecoder().decode(bytes)) };
  } catch {
    throw new NotSignedIn("The issuer gave no ID token that can be read. Sign in again.");
  }
}

const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

const challenge = async (verifier) =>
  base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
