/** What people do with an incident that is theirs: hand it on, note, resolve, reopen. Each in a dialog of its own. */
import { read } from "./api.js";
import { dialog } from "./dialogs.js";
import { el } from "./dom.js";
import { faultLine, field, given, once, say } from "./sending.js";
import { sign } from "./signs.js";

const LONG = { autocomplete: "off", rows: 4, maxlength: 2000 };

/** The buttons for what the caller may. */
export function owning(row, may, done) {
  const button = (name, shape, text, open) =>
    may.includes(name) &&
    el("button", { type: "button", id: `own-${name}`, on: { click: () => open(row, done) } }, sign(shape), text);
  const found = [
    button("resolve", "check", "Resolve …", resolve),
    button("hand_on", "person", "Hand on …", handOn),
    button("note", "vote", "Add a note …", note),
    button("reopen", "undo", "Reopen …", reopen),
  ].filter(Boolean);
  return found.length ? el("div", { class: "row owning" }, found) : null;
}

function form(title, word, name, done, build) {
  if (document.querySelector("dialog[open]")) return;
  const fault = faultLine("own-fault");
  const { fields, ready, send } = build(fault);
  const made = el(
    "form",
    {
      on: {
        submit: async (event) => {
          event.preventDefault();
          if (!ready()) return;
          let said;
          const sent = await once(made, fault, async () => {
            said = await send();
          });
          if (!sent) return;
          shown.close();
          await done(said, name);
        },
      },
    },
    fields,
    fault,
    el("p", { class: "row" }, el("button", { type: "submit", class: "main", id: "own-send" }, word)),
  );
  const shown = dialog(title, made);
}

function handOn(row, done) {
  form("Hand it on", "Hand it on", "hand_on", done, (fault) => {
    const known = el("datalist", { id: "hand-known" });
    const to = el("input", { id: "hand-to", list: "hand-known", autocomplete: "off", maxlength: 64, "aria-required": "true" });
    const reason = el("input", { id: "hand-reason", autocomplete: "off", maxlength: 1000 });
    read("people/on-call", { fresh: true })
      .then((found) => known.append(...names(found)))
      .catch(() => {});
    return {
      fields: [
        el("p", { class: "soft" }, "They are called, and it is theirs. A team has it when one of them takes it."),
        field(to, "To: a person’s or a team’s id"),
        known,
        field(reason, "Reason (others read it)"),
      ],
      ready: () => given(to, fault, "Say to whom."),
      send: () => say(row, "hand-on", { to: to.value.trim(), reason: reason.value.trim() }),
    };
  });
}

function names({ teams }) {
  const people = new Map(teams.flatMap((team) => team.levels.flatMap((one) => one.people)).map((one) => [one.id, one]));
  return [
    ...teams.map((one) => el("option", { value: one.team }, `team ${one.team}`)),
    ...[...people.values()].map((one) => el("option", { value: one.id }, one.name)),
  ];
}

function note(row, done) {
  form("Add a note", "Add it", "note", done, (fault) => {
    const text = el("textarea", { id: "note-text", ...LONG, "aria-required": "true" });
    return {
      fields: field(text, "What whoever has it next should know"),
      ready: () => given(text, fault, "Say something."),
      send: () => say(row, "notes", { text: text.value.trim() }),
    };
  });
}

function resolve(row, done) {
  form("Resolve it", "It is over", "resolve", done, (fault) => {
    const did = el("textarea", { id: "resolve-did", ...LONG, "aria-required": "true" });
    const runbook = el("select", { id: "resolve-runbook" }, el("option", { value: "" }, "I do not say"));
    const cause = el("input", { id: "resolve-cause", autocomplete: "off", maxlength: 1000 });
    const over = el("input", { id: "resolve-over", type: "datetime-local" });
    read("runbooks", { fresh: true })
      .then((found) =>
        runbook.append(
          ...found.runbooks.map((one) => el("option", { value: one.id }, one.title)),
          el("option", { value: "other" }, "Something that no runbook does"),
        ),
      )
      .catch(() => {});
    return {
      fields: [
        field(did, "What was done"),
        field(runbook, "Which runbook does the same"),
        field(cause, "What caused it (if you know)"),
        field(over, "Since when nobody feels it, in UTC (empty: now)"),
      ],
      ready: () => given(did, fault, "Say what was done: the next one reads it."),
      send: () =>
        say(row, "resolve", {
          did: did.value.trim(),
          runbook: runbook.value,
          cause: cause.value.trim(),
          over_at: over.value ? `${over.value}Z` : null,
        }),
    };
  });
}

function reopen(row, done) {
  form("Reopen it", "It is not over", "reopen", done, (fault) => {
    const reason = el("input", { id: "reopen-reason", autocomplete: "off", maxlength: 1000, "aria-required": "true" });
    return {
      fields: [el("p", { class: "soft" }, "It is people’s again, and they are called."), field(reason, "Reason (others read it)")],
      ready: () => given(reason, fault, "Say why: others read it."),
      send: () => say(row, "reopen", { reason: reason.value.trim() }),
    };
  });
}
