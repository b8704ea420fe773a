import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { CommandLine } from "../../ui/feedback";
import { Icon } from "../../ui/icons";
import { Panel } from "../../ui/page";
import classes from "./overview-page.module.css";

/** What a new project needs, in order, with the command line for each. */
export function FirstSteps({ project, nodes, bundles }: { project: string; nodes: number; bundles: number }) {
  const steps = [
    {
      done: nodes > 0,
      title: "Enrol nodes",
      text: "Make an enrolment token, then start an agent beside each proxy with it.",
      command: null,
      to: "/p/$project/enrolment",
      verb: "Make a token",
    },
    {
      done: bundles > 0,
      title: "Create a bundle",
      text: "Paste the proxy's configuration. It is checked with the proxy's own rules before anything is stored.",
      command: `sentinel-cp bundle create edge.kdl --project ${project} --version 1.0.0`,
      to: "/p/$project/bundles/new",
      verb: "Create a bundle",
    },
    {
      done: false,
      title: "Roll it out",
      text: "In steps, with gates between them. It stops by itself and goes back when it hurts.",
      command: `sentinel-cp rollout create --project ${project} --bundle 1.0.0 --batch-size 2`,
      to: "/p/$project/rollouts/new",
      verb: "Start a rollout",
    },
  ] as const;
  const next = steps.findIndex((step) => !step.done);
  return (
    <Panel title="First steps" flush>
      <ol className={classes.steps}>
        {steps.map((step, index) => (
          <li key={step.title} className={classes.firstStep}>
            <span className={`${classes.firstMark} ${step.done ? classes.firstDone : ""}`}>{step.done ? <Icon name="check" size={13} /> : index + 1}</span>
            <div>
              <strong>{step.title}</strong>
              {step.done && <span className="dim"> · done</span>}
              <div className="dim">{step.text}</div>
              {!step.done && step.command !== null && <CommandLine command={step.command} />}
            </div>
            {!step.done && (
              <Button variant={index === next ? "filled" : "default"} renderRoot={(props) => <Link to={step.to} params={{ project }} search={{}} {...props} />}>
                {step.verb}
              </Button>
            )}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
