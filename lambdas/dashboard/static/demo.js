/** Demo controls, where the stage allows them: a scenario, a fault, a pause, and the way back. */
import { act, read } from "./api.js";
import { el } from "./dom.js";
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
      const button = event.currentTarget;
      button.disabled = true;
      said.textContent = "";
      try {
        said.textContent = (await act("POST", `demo/${verb}`, body)).said;
        said.className = "said";
        say(said.textContent);
      } catch (error) {
        said.textContent = error.message;
        said.className = "said fault";
      }
      button.disabled = false;
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
  const fault = el("p", { class: "fault", role: "alert" });
  const level = el(
    "select",
    { id: "grade" },
    LEVELS.map((one) => el("option", { value: one, selected: one === row.severity }, one)),
  );
  const reason = el("input", { id: "grade-reason", autocomplete: "off", maxlength: 500 });
  return el(
    "form",
    {
      class: "decide",
      on: {
        submit: async (event) => {
          event.preventDefault();
          fault.textContent = "";
          try {
            await done(
              await act("POST", `incidents/${encodeURIComponent(row.id)}/severity`, {
                severity: level.value,
                reason: reason.value.trim(),
              }),
            );
          } catch (error) {
            fault.textContent = error.message;
          }
        },
      },
    },
    el("div", { class: "field" }, el("label", { for: "grade" }, "Severity"), level),
    el("div", { class: "field" }, el("label", { for: "grade-reason" }, "Reason (others read it)"), reason),
    el("button", { type: "submit", id: "grade-set" }, "Change the severity"),
    fault,
  );
}
