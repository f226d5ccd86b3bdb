/** Demo controls, where the stage allows them: a scenario, a fault, a pause, and the way back. */
import { act, read } from "./api.js";
import { el } from "./dom.js";
import { faultLine, field, once, say as tell } from "./sending.js";
import { pill } from "./signs.js";
import { sheet, SheetPage } from "./sheet_page.js";
import { plain } from "./words.js";

/** @param changed  called when something was ordered
 *  @param say  tells a person what came of it */
export function demoPage({ changed, say }) {
  const page = new SheetPage(
    "Demo",
    async () => read("demo", { fresh: true }),
    ({ patient }) => [said, controls(patient)],
    1_000,
  );
  const said = el("p", { class: "said", role: "status" });

  const order =
    (verb, body = {}) =>
    async (event) => {
      const sent = await once(event.currentTarget, said, async () => {
        said.textContent = (await act("POST", `demo/${verb}`, body)).said;
        say(said.textContent);
      });
      said.className = sent ? "said" : "said fault";
      page.readAt = 0;
      changed();
      page.update();
    };

  const button = (id, text, verb, body, kind = "") =>
    el("button", { id, type: "button", class: kind, on: { click: order(verb, body) } }, text);

  function controls(patient) {
    if (!patient)
      return el(
        "p",
        { class: "empty" },
        "No patient serves. ",
        el("code", {}, "commander demo --keep"),
        " leaves one with its stage.",
      );
    const ill = [plain(patient.scenario), ...patient.faults.map(plain)].filter(Boolean);
    return [
      sheet(
        "The patient",
        el(
          "p",
          { class: "row" },
          patient.serving ? pill("play", "busy", "serving") : pill("clock", "warn", "paused"),
          ill.length ? pill("alert", "bad", ill.join(", ")) : pill("check", "good", "nothing was done to it"),
          el("span", {}, patient.pulse),
        ),
        el(
          "p",
          { class: "row" },
          patient.serving
            ? button("demo-pause", "Pause", "pause")
            : button("demo-resume", "Resume", "resume"),
          button("demo-reset", "Reset everything", "reset"),
        ),
      ),
      sheet(
        "Scenarios",
        el(
          "ul",
          { class: "catalogue" },
          patient.scenarios.map((one) => choice(one, "start", "Start")),
        ),
      ),
      sheet(
        "Faults",
        el(
          "ul",
          { class: "catalogue" },
          patient.known_faults.map((one) => choice(one, "inject", "Inject")),
        ),
      ),
    ];
  }

  const choice = ({ name, title }, verb, word) =>
    el(
      "li",
      { class: "tight" },
      el("h3", {}, plain(name)),
      el("p", { class: "small soft" }, title),
      el(
        "p",
        {},
        button(`demo-${verb}-${name}`, [word, el("span", { class: "hidden" }, ` ${plain(name)}`)], verb, {
          name,
        }),
      ),
    );

  return page;
}

const LEVELS = ["critical", "high", "medium", "low"];

/** The form by which somebody grades an incident again. */
export function gradeForm(row, done) {
  const fault = faultLine("grade-fault");
  const level = el(
    "select",
    { id: "grade" },
    LEVELS.map((one) => el("option", { value: one, selected: one === row.severity }, one)),
  );
  const reason = el("input", { id: "grade-reason", autocomplete: "off", maxlength: 500 });
  const form = el(
    "form",
    {
      class: "decide",
      on: {
        submit: (event) => {
          event.preventDefault();
          const graded = { severity: level.value, reason: reason.value.trim() };
          once(form, fault, async () => done(await tell(row, "severity", graded), "severity"));
        },
      },
    },
    field(level, "Severity"),
    field(reason, "Reason (others read it)"),
    el("button", { type: "submit", id: "grade-set" }, "Change the severity"),
    fault,
  );
  return form;
}
